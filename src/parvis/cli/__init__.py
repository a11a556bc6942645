"""The commands, one file a group."""

from parvis.cli.app import main

__all__ = ["main"]
