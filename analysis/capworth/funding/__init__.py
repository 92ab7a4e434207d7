"""Who pays for the programme, and what the next amount buys."""
