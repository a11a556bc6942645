"""What others may ask of identity."""

from parvis.identity.resolve import customer_id_of, identities, identity_links, resolved, sightings

__all__ = ["customer_id_of", "identities", "identity_links", "resolved", "sightings"]
