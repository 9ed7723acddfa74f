"""What a user has hung, and where the user stopped reading."""
