"""What marketing achieves, and which part of the money is wasted."""
