"""Trains the heads that Parvis ships, from texts that it doesn't: `python -m training`."""
