"""Envelopment: efficiency, slacks, prices, productivity."""
