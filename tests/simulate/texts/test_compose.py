"""Texts made up in two languages: many, the same again, true to their labels."""

from __future__ import annotations

import itertools
import re
import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from parvis.errors import ParvisError
from parvis.simulate.texts import (
    EMOTIONS,
    INTENTS,
    KINDS,
    LANGUAGES,
    SENTIMENTS,
    TOPICS,
    Lexicon,
    Texts,
    Wanted,
    compose,
)

LEXICON = Lexicon(
    brand="Ondine",
    handle="@ondine",
    products=(("Aube", "capsules"), ("Brise", "capsules"), ("Petit Matin", "grains")),
    competitors=("Cafélia", "Ostara"),
    categories={
        "capsules": ("les capsules", "the capsules"),
        "grains": ("le café en grains", "the beans"),
    },
)
#: The mix of a brand's silos.
SHARES = (0.3, 0.25, 0.2, 0.06, 0.1, 0.04, 0.01, 0.02, 0.02)
STRONG = {
    "fr": "nul horrible honte scandaleux arnaque génial super parfait magnifique adore excellent "
    "déçu déçue ravi ravie délicieux catastrophe merveille fuir incroyable superbe inadmissible",
    "en": "awful terrible disgraceful scam brilliant perfect gorgeous love excellent disappointed "
    "delighted delicious disaster amazing superb unacceptable furious fantastic hate rubbish",
}


def wanted_mix(count: int, language: str | None = None, seed: int = 7) -> Wanted:
    chance = np.random.default_rng(seed)
    code = chance.integers(0, 2, count, np.int8)
    return Wanted(
        code if language is None else np.full(count, LANGUAGES.index(language), np.int8),
        chance.choice(len(KINDS), count, p=SHARES).astype(np.int8),
        chance.integers(0, 3, count, np.int8),
        chance.choice(7, count, p=[0.4, 0.18, 0.14, 0.1, 0.1, 0.05, 0.03]).astype(np.int8),
        chance.integers(0, len(TOPICS), count, np.int8),
        chance.integers(0, len(LEXICON.products), count, np.int16),
        np.where(chance.random(count) < 0.1, chance.integers(0, 2, count), -1).astype(np.int16),
    )


def every_combination() -> Wanted:
    sizes = [LANGUAGES, KINDS, SENTIMENTS, INTENTS, TOPICS]
    rows = np.array(list(itertools.product(*(range(len(s)) for s in sizes), (-1, 1))))
    codes = [column.astype(np.int8) for column in rows.T[:5]]
    product = (np.arange(len(rows)) % len(LEXICON.products)).astype(np.int16)
    return Wanted(*codes, product, rows.T[5].astype(np.int16))


@pytest.fixture(scope="module", params=LANGUAGES)
def many(request: pytest.FixtureRequest) -> tuple[str, Wanted, Texts]:
    wanted = wanted_mix(50_000, request.param)
    return request.param, wanted, compose(wanted, LEXICON, np.random.default_rng(3))


def test_few_texts_are_the_same(many: tuple[str, Wanted, Texts]) -> None:
    _, _, texts = many
    bodies = texts.body.to_pylist()
    assert len(set(bodies)) >= 45_000
    names = re.compile("|".join(name.lower() for name, _ in LEXICON.products))
    # letters alone: no names, digits, emoji, punctuation
    bare = {" ".join(re.findall(r"[^\W\d_]+", names.sub("", body.lower()))) for body in bodies}
    assert len(bare) >= 40_000


def test_texts_are_well_formed(many: tuple[str, Wanted, Texts]) -> None:
    language, _, texts = many
    everything = [*texts.body.to_pylist(), *filter(None, texts.title.to_pylist())]
    faults = re.compile(r"[{}|\\\0]|  | \n|\n | ,|^\s|\s$|\(\w*\||,,|\.\.\.\.|\n{3}|[.!?] ?[,:;] ")
    assert [text for text in everything if faults.search(text)][:3] == []
    assert min(map(len, everything)) > 2
    if language == "fr":
        careful = texts.body.filter(pc.equal(texts.labels["misspellings"], 0)).to_pylist()
        # "le onze", "le oui" stay apart, and h is elided before some words only
        unlinked = re.compile(
            r"(?i)\b(?:de|que|je|ne|se|me|te|le|la|jusque) (?=[aâeéèêiîoôu]\w)(?!onz|oui)"
        )
        bad = [
            text[found.start() : found.end() + 12]
            for text in careful
            for found in unlinked.finditer(text)
        ]
        assert bad[:3] == []
        uncontracted = re.compile(r"\b(?:de|à) (?:les capsules|le (?:café|goût|prix|magasin|SAV))")
        assert [text for text in careful if uncontracted.search(text)][:3] == []


def test_texts_are_as_long_as_real_ones(many: tuple[str, Wanted, Texts]) -> None:
    _, wanted, texts = many
    words = np.array([len(body.split()) for body in texts.body.to_pylist()])
    spam = wanted.intent == INTENTS.index("spam")
    for kind, low, high in (("post", 5, 50), ("review", 9, 90), ("mail", 30, 150)):
        here = words[(wanted.kind == KINDS.index(kind)) & ~spam]
        assert (here < low).mean() < 0.03, kind
        assert (here > high).mean() < 0.01, kind


def test_neutral_texts_are_neutral(many: tuple[str, Wanted, Texts]) -> None:
    language, wanted, texts = many
    strong = set(STRONG[language].split())
    people = ~np.isin(wanted.kind, [KINDS.index(k) for k in ("article", "campaign", "mail_answer")])
    # advertisers shout, and a code-switched text may quote a word of the other language
    neutral = (wanted.sentiment == 1) & people & (wanted.intent != INTENTS.index("spam"))
    bodies = texts.body.filter(pa.array(neutral)).to_pylist()
    loud = [body for body in bodies if strong & set(re.findall(r"\w+", body.lower()))]
    assert loud[:3] == []
    others = texts.body.filter(pa.array((wanted.sentiment != 1) & people)).to_pylist()
    assert sum(bool(strong & set(re.findall(r"\w+", body.lower()))) for body in others) > 1000


def test_labels_say_what_was_written(many: tuple[str, Wanted, Texts]) -> None:
    language, wanted, texts = many
    labels = {name: np.array(texts.labels[name].to_pylist()) for name in texts.labels.column_names}
    assert set(labels["language"]) == {language}
    assert set(labels["sentiment"][labels["is_ironic"]]) == {"negative"}
    assert set(labels["emotion"][labels["is_ironic"]]) == {"none"}
    assert set(labels["emotion"]) == set(EMOTIONS)
    assert set(labels["sentiment"][labels["emotion"] == "anger"]) == {"negative"}
    assert set(labels["sentiment"][labels["emotion"] == "joy"]) == {"positive"}
    own = np.isin(wanted.kind, [KINDS.index(k) for k in ("article", "campaign", "mail_answer")])
    assert "negative" not in labels["sentiment"][own]
    spam = labels["intent"] == "spam"
    told = np.array(SENTIMENTS)[wanted.sentiment]
    assert (labels["sentiment"][~own & ~spam] == told[~own & ~spam]).all()
    for flag, low, high in (
        ("is_ironic", 0.01, 0.1),
        ("is_negated", 0.1, 0.6),
        ("has_emoji", 0.1, 0.4),
        ("is_code_switched", 0.02, 0.15),
    ):
        assert low < labels[flag].mean() < high, flag
    bodies = np.array(texts.body.to_pylist())
    face = re.compile("[\u2139\u231b-\u27bf\U0001f000-\U0001faff]")
    shown = np.array([bool(face.search(body)) for body in bodies])
    assert (shown == labels["has_emoji"]).all()
    sloppy = labels["misspellings"] > 0
    kind = np.array(KINDS)[wanted.kind]
    assert 0.2 < sloppy[kind == "comment"].mean() < 0.5
    assert sloppy[own].sum() == 0


def test_the_competitor_is_named(many: tuple[str, Wanted, Texts]) -> None:
    _, wanted, texts = many
    bodies = texts.body.to_pylist()
    named = np.array([any(c in body for c in LEXICON.competitors) for body in bodies])
    assert (named == (wanted.competitor >= 0)).all()


def test_titles_are_where_they_belong(many: tuple[str, Wanted, Texts]) -> None:
    _, wanted, texts = many
    titled = np.isin(wanted.kind, [KINDS.index(k) for k in ("review", "mail", "article")])
    titled |= wanted.kind == KINDS.index("mail_answer")
    assert (np.array(texts.title.is_valid()) == titled).all()


def test_every_combination_gives_a_text() -> None:
    wanted = every_combination()
    texts = compose(wanted, LEXICON, np.random.default_rng(1))
    assert len(texts.body) == len(texts.title) == texts.labels.num_rows == len(wanted)
    assert min(len(body.split()) for body in texts.body.to_pylist()) >= 2


def test_the_same_chance_gives_the_same_texts() -> None:
    wanted = wanted_mix(40_000)
    first, again, other = (
        compose(wanted, LEXICON, np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    assert first.body.equals(again.body)
    assert first.title.equals(again.title)
    assert first.labels.equals(again.labels)
    assert not first.body.equals(other.body)


def test_nothing_wanted_gives_nothing() -> None:
    texts = compose(wanted_mix(0), LEXICON, np.random.default_rng(1))
    assert len(texts.body) == 0
    assert texts.labels.num_rows == 0


def test_it_is_fast_enough() -> None:
    wanted = wanted_mix(60_000)
    compose(wanted.rows(slice(0, 10)), LEXICON, np.random.default_rng(1))
    begun = time.process_time()
    compose(wanted, LEXICON, np.random.default_rng(1))
    assert len(wanted) / (time.process_time() - begun) > 30_000


def test_wrong_wishes_are_refused() -> None:
    good = wanted_mix(3)
    with pytest.raises(ParvisError, match="differ in length"):
        Wanted(good.language[:2], *(getattr(good, n) for n in list(Wanted.__slots__)[1:]))
    late = wanted_mix(1)
    late.product[0] = 40
    with pytest.raises(ParvisError, match="product runs from 40 to 40"):
        compose(late, LEXICON, np.random.default_rng(1))
    with pytest.raises(ParvisError, match="no wording"):
        Lexicon("Ondine", "@ondine", (("Aube", "tea"),), (), {})
