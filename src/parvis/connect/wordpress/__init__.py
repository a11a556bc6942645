"""What WordPress holds: posts, comments and replies, by its REST API or from its export file."""
