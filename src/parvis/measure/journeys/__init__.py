"""How customers came: what they met before they bought."""
