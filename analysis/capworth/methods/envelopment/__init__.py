"""Efficiency analysis: DEA, FDH, slacks, prices, Malmquist, bootstrap."""
