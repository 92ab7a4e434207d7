"""What a table, or several together, must fulfil."""
