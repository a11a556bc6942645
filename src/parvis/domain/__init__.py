"""What the business speaks of: events, money, settings. Frozen and pure."""
