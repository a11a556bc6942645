"""How identifiers, names, addresses and dates are compared."""

from parvis.domain.identifiers import MEANINGS, Normaliser, NormRules, norm_of
from parvis.identity.norms.table import normalised

__all__ = ["MEANINGS", "NormRules", "Normaliser", "norm_of", "normalised"]
