"""Weights and value functions from judgements."""
