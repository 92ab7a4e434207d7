"""Phrases, numbers, names and direction of each language."""
