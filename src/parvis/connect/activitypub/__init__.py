"""What is said in the Fediverse: activities as they reach an inbox, profiles, archives."""
