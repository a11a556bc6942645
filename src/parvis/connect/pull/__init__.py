"""What connectors to live networks share: definitions, polite requests, cursors, failures."""
