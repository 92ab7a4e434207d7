"""Which set to fund, in which order, from which fund."""
