"""Time, prices, ratios and the value chain."""
