"""How identifiers and birth dates are compared."""

from parvis.domain.identifiers import MEANINGS, Normaliser, NormRules, norm_of
from parvis.identity.norms.people import birth_date
from parvis.identity.norms.table import normalised

__all__ = [
    "MEANINGS",
    "NormRules",
    "Normaliser",
    "birth_date",
    "norm_of",
    "normalised",
]
