"""Ranks under uncertain weights and scores, and what they are worth."""
