"""What the README promises, measured."""
