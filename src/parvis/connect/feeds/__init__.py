"""Feeds that are fetched: RSS, RDF and Atom of blogs and magazines, with their comments."""
