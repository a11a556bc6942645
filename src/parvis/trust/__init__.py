"""Who may see what: users, logins, sessions, tokens, and the record of what they did."""
