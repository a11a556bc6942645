"""What pages and API ask of a shelf: the same questions, the same answers."""
