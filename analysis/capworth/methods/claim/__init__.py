"""Testing that added value is greatest in some functions: regression, deals, power, words."""
