"""The run folder: written, recomputed, compared."""
