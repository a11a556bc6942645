"""Answers that people gave: what they agree to and what not."""
