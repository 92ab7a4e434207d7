"""From a case and its draws to arrays."""
