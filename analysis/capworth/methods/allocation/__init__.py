"""Who bears what is shared."""
