"""French and English: words, numbers, dates and amounts as each writes them."""

from parvis.web.language.catalogs import LANGUAGES, Language, load_languages
from parvis.web.language.formats import Formats

__all__ = ["LANGUAGES", "Formats", "Language", "load_languages"]
