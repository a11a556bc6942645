"""Many identifiers, one customer: so far the sure part, identifiers that a silo states."""
