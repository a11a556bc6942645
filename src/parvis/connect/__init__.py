"""Pulled data in, decisions out: files, shops, and later networks, mail and advertising."""
