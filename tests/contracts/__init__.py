"""What every family is held to."""
