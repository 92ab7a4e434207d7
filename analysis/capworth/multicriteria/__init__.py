"""Weights, values and what they make of the ranks."""
