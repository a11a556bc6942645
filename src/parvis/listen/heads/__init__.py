"""Trained weights, each a small file beside a card with its hash, its data and its accuracy."""

from parvis.listen.heads.files import Head, load_head, own_head, save_head

__all__ = ["Head", "load_head", "own_head", "save_head"]
