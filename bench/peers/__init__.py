"""Peers that run in environments of their own: never installed beside the product."""
