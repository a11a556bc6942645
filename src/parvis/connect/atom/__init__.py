"""What blogs publish and what is commented there: Atom with threads, and RSS."""
