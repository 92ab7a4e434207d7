"""Every answer to a case, and its tables."""
