"""Texts as vectors of meaning: a fast encoder and an accurate one, both out of their packages."""
