"""What the answers are sensitive to, and what to find out first."""
