"""What the ways that customers came by are credited with."""
