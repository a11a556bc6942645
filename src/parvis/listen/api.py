"""What others may ask of listening."""

from parvis.listen.mentions import gone_authors, mentions, text_events

__all__ = ["gone_authors", "mentions", "text_events"]
