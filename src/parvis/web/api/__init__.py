"""The API under the pages: the same questions, answered in JSON."""
