"""Which improvements, in which order, in which years."""
