"""What fills the places of a text: the lexicon's names, with elision and contraction."""

from __future__ import annotations

from collections.abc import Callable

from parvis.simulate.texts.contracts import Lexicon

#: Places that the product decides, the competitor, the brand alone, the topic, the speaker.
PRODUCT_PLACES = (
    "product",
    "de_product",
    "que_product",
    "tagproduct",
    "category",
    "de_category",
    "a_category",
)
COMPETITOR_PLACES = ("competitor", "de_competitor", "que_competitor", "seller", "de_seller")
BRAND_PLACES = ("brand", "de_brand", "que_brand", "handle", "tagbrand")
TOPIC_PLACES = ("topic", "de_topic", "a_topic")
SPEAKER_PLACES = ("e",)
PLACES = (*PRODUCT_PLACES, *COMPETITOR_PLACES, *BRAND_PLACES, *TOPIC_PLACES, *SPEAKER_PLACES)

_VOWELS = tuple("aàâäeéèêëiîïoôöuùûüœæAÀÂÄEÉÈÊËIÎÏOÔÖUÙÛÜŒÆ")
_OF = (("les ", "des "), ("le ", "du "), ("la ", "de la "), ("l'", "de l'"))
_TO = (("les ", "aux "), ("le ", "au "), ("la ", "à la "), ("l'", "à l'"))

#: When no competitor is named, the place is filled all the same.
NOBODY = {"fr": "la concurrence", "en": "the competition"}


def after_de(name: str) -> str:
    """Put *de* before a name or a noun with its article.

    Parameters
    ----------
    name
        "Aube", "les capsules".

    Returns
    -------
    str
        "d'Aube", "des capsules".

    Examples
    --------
    >>> after_de("Aube"), after_de("le goût"), after_de("Brise")
    ("d'Aube", 'du goût', 'de Brise')
    """
    return _contracted(name, _OF) or (f"d'{name}" if name.startswith(_VOWELS) else f"de {name}")


def after_a(name: str) -> str:
    """Put *à* before a name or a noun with its article.

    Parameters
    ----------
    name
        "le goût".

    Returns
    -------
    str
        "au goût".

    Examples
    --------
    >>> after_a("les capsules"), after_a("Aube")
    ('aux capsules', 'à Aube')
    """
    return _contracted(name, _TO) or f"à {name}"


def after_que(name: str) -> str:
    """Put *que* before a name.

    Parameters
    ----------
    name
        "Aube".

    Returns
    -------
    str
        "qu'Aube".

    Examples
    --------
    >>> after_que("Aube"), after_que("Brise")
    ("qu'Aube", 'que Brise')
    """
    return f"qu'{name}" if name.startswith(_VOWELS) else f"que {name}"


def hashtag(name: str) -> str:
    """Make a hashtag of a name.

    Parameters
    ----------
    name
        "Petit Matin".

    Returns
    -------
    str
        "#PetitMatin".

    Examples
    --------
    >>> hashtag("petit matin n° 2")
    '#PetitMatinN2'
    """
    words = "".join(sign if sign.isalnum() else " " for sign in name).split()
    return "#" + "".join(word[0].upper() + word[1:] for word in words)


_FORMS: dict[str, Callable[[str], str]] = {"de": after_de, "que": after_que, "a": after_a}


def name_fillings(lexicon: Lexicon, language: str) -> dict[str, list[str]]:
    """Tell what fills the places that the lexicon decides.

    Parameters
    ----------
    lexicon
        P products, C competitors.
    language
        "fr" or "en".

    Returns
    -------
    dict
        Place to its fillings: P for each of `PRODUCT_PLACES`; C + 1 for each of
        `COMPETITOR_PLACES`, the first when none is named; one for each of `BRAND_PLACES`.

    Examples
    --------
    >>> shop = Lexicon("Ondine", "@ondine", (("Aube", "tea"),), (), {"tea": ("le thé", "tea")})
    >>> name_fillings(shop, "fr")["de_category"]
    ['du thé']
    """
    spoken = [name for name, _ in lexicon.products]
    kinds = [
        lexicon.categories[category][0 if language == "fr" else 1]
        for _, category in lexicon.products
    ]
    base = {
        "product": spoken,
        "tagproduct": [hashtag(name) for name in spoken],
        "category": kinds,
        "competitor": [NOBODY[language], *lexicon.competitors],
        "seller": [lexicon.brand, *lexicon.competitors],
        "brand": [lexicon.brand],
        "tagbrand": [hashtag(lexicon.brand)],
        "handle": [lexicon.handle],
    }
    places = (*PRODUCT_PLACES, *COMPETITOR_PLACES, *BRAND_PLACES)
    return {place: base.get(place) or _with_word(place, base) for place in places}


def _with_word(place: str, base: dict[str, list[str]]) -> list[str]:
    word, _, of = place.partition("_")
    return [_FORMS[word](name) for name in base[of]]


def _contracted(name: str, articles: tuple[tuple[str, str], ...]) -> str | None:
    for article, joined in articles:
        if name.startswith(article):
            return joined + name[len(article) :]
    return None
