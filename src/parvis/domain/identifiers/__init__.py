"""How an identifier is compared: one text for its many spellings, or the reason why it can't be."""

from parvis.domain.identifiers.norm import Normaliser, norm_of
from parvis.domain.identifiers.problems import MEANINGS
from parvis.domain.identifiers.rules import NormRules

__all__ = ["MEANINGS", "NormRules", "Normaliser", "norm_of"]
