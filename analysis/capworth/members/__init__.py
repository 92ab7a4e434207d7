"""What members say, use and exchange."""
