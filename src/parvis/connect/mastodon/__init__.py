"""Servers of Mastodon and their like, read by the API that Mastodon documents."""
