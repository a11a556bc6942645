"""Where the money should go."""
