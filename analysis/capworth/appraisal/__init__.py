"""What each capability costs and adds, and what that licenses to say."""
