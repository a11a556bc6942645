"""The wall: what people say as they say it, for a screen in the hall."""
