"""The technical annex: one module a section."""
