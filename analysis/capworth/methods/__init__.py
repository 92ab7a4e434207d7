"""Pure numerics: arrays in, arrays out; no labels, no files."""
