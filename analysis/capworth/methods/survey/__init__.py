"""Answers of members: weights, groups, disclosure."""
