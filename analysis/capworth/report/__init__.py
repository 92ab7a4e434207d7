"""Documents: what a study says, for those who read nothing else."""
