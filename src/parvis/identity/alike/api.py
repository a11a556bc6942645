"""What others may ask of the search for records that are alike."""

from parvis.identity.alike.contracts import Alike, AlikeModel, AlikeRules, Field
from parvis.identity.alike.search import find_alike

__all__ = ["Alike", "AlikeModel", "AlikeRules", "Field", "find_alike"]
