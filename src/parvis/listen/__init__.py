"""What people say: language, mood, intent, topics, brands and personal data in texts."""
