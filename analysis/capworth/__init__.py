"""What each policing data-exchange capability costs, what it adds, and what to fund first."""
