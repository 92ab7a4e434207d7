"""Distributions, sensitivity, the worth of knowing more."""
