"""The blog and the competitors: Atom feeds of articles, of comments, of campaigns.

References
----------
RFC 4287, "The Atom Syndication Format"; RFC 4685, "Atom Threading Extensions".
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import from_shelves
from parvis.simulate.lexicon import lexicon_of
from parvis.simulate.names import Names
from parvis.simulate.scene import SECOND, Scene
from parvis.simulate.texts import INTENTS, KINDS, SENTIMENTS, TOPICS, Texts, Wanted, compose
from parvis.simulate.writing import Pen, chosen, words

__all__ = ["write_blog", "write_competitors"]

_XML: Final = """
replace(replace(replace(replace({t}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')
"""
_HEAD: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<id>{site}{path}</id><title>{title}</title><updated>{updated}</updated>
<link rel="self" href="{site}{path}"/>
"""
_ENTRY: Final = """
SELECT '<entry xml:lang="' || language || '"><id>' || id || '</id><title>' || {title}
    || '</title><link href="' || link || '"/><published>' || iso(us) || '</published><updated>'
    || iso(us) || '</updated><author><name>' || {author} || '</name>'
    || CASE WHEN email IS NULL THEN '' ELSE '<email>' || email || '</email>' END || '</author>'
    || CASE WHEN parent IS NULL THEN '' ELSE '<thr:in-reply-to ref="' || parent || '" href="'
        || parent || '"/>' END || '<content type="html">' || {content} || '</content></entry>'
    || chr(10) FROM entries
"""


def _entries() -> str:
    html = "'<p>' || replace(" + _XML.replace("{t}", "body") + ", chr(10), '</p><p>') || '</p>'"
    return (
        _ENTRY.replace("{title}", _XML.replace("{t}", "title"))
        .replace("{author}", _XML.replace("{t}", "author"))
        # HTML within XML is escaped once more
        .replace("{content}", _XML.replace("{t}", f"({html})"))
    )


def write_blog(scene: Scene, names: Names, pen: Pen, folder: Path) -> tuple[int, pa.Table | None]:
    """Write the brand's articles and their comments.

    Returns
    -------
    tuple
        How many entries, and the truth about the comments: `id`, `person` and labels.
    """
    rng, brand, told = scene.seeds.of("blog"), scene.world.brand, scene.world.blog
    count = max(1, round(told.articles_a_month * scene.story.days / 30.4))
    if not told.articles_a_month:
        return 0, None
    day = np.sort(rng.integers(0, scene.story.days, count)).astype(np.int32)
    at = scene.moment(day, 8 * 3600 + rng.random(count) * 20_000)
    language = (np.arange(count) % 2).astype(np.int8)
    wanted = _wanted(scene, "article", language, rng)
    texts = compose(wanted, lexicon_of(scene.world), rng)
    ids = pa.array([f"{brand.site}/blog/{i + 1}" for i in range(count)])
    articles = _table(texts, ids, language, at, pa.array([brand.name] * count))
    updated = np.datetime64(int(scene.end) // SECOND, "s").astype(str) + "Z"
    head = _HEAD.format(site=brand.site, path="/blog.atom", title=brand.name, updated=updated)
    blog = folder / "blog"
    _write(pen, blog / "articles.atom", articles, head)
    comments, truth = _comments(scene, names, ids, at, language, wanted)
    head = _HEAD.format(
        site=brand.site, path="/comments.atom", title=f"{brand.name}: comments", updated=updated
    )
    _write(pen, blog / "comments-0001.atom", comments, head)
    return count + comments.num_rows, truth


def _comments(
    scene: Scene,
    names: Names,
    articles: pa.Array,
    at: NDArray[np.int64],
    language: NDArray[np.int8],
    about: Wanted,
) -> tuple[pa.Table, pa.Table]:
    rng, told = scene.seeds.of("blog comments"), scene.world.blog
    usual = told.comments * len(scene.people) / 10_000
    number = rng.poisson(np.minimum(usual * rng.lognormal(-0.3, 0.8, len(at)), 20_000))
    article = np.repeat(np.arange(len(at)), number)
    when = at[article] + (rng.exponential(3.5, len(article)) * 86_400 * SECOND).astype(np.int64)
    article, when = article[when < scene.end], when[when < scene.end]
    person = rng.integers(0, len(scene.people), len(article)).astype(np.int32)
    known = (rng.random(len(article)) < 0.6) & scene.people.are_customers(
        person, scene.day_of(when)
    )
    satisfied = np.where(known, scene.people.satisfaction[person], 0)
    lot = rng.random(len(article)) + 0.12 * satisfied
    sentiment = np.where(lot < 0.22, 0, np.where(lot < 0.55, 1, 2)).astype(np.int8)
    table = {0: ("complaint", "none"), 1: ("question", "none"), 2: ("praise", "none")}
    first = np.array([INTENTS.index(table[s][0]) for s in range(3)])[sentiment]
    intent = np.where(rng.random(len(article)) < 0.6, first, INTENTS.index("none"))
    wanted = Wanted(
        language[article],
        np.full(len(article), KINDS.index("blog_comment"), np.int8),
        sentiment,
        intent.astype(np.int8),
        about.topic[article],
        about.product[article],
        np.full(len(article), -1, np.int16),
    )
    texts = compose(wanted, lexicon_of(scene.world), rng)
    here = pa.array(person)
    shown = pc.if_else(
        pa.array(rng.random(len(article)) < 0.5),
        names.first.take(here).cast(pa.string()),
        pc.binary_join_element_wise(
            names.first.take(here).cast(pa.string()), names.last.take(here).cast(pa.string()), " "
        ),
    )
    nicks = pa.array([f"lecteur{n}" for n in range(400)])
    author = pc.if_else(
        pa.array(known), shown, nicks.take(pa.array(rng.integers(0, 400, len(article))))
    )
    place = np.arange(len(article))
    ids = pc.binary_join_element_wise(
        articles.take(pa.array(article)), pa.array(place).cast(pa.string()), "#comment-"
    )
    email = chosen(known & (rng.random(len(article)) < 0.55), names.email.take(here))
    entries = _table(texts, ids, language[article], when, author, email=email)
    entries = entries.set_column(
        entries.schema.get_field_index("parent"), "parent", articles.take(pa.array(article))
    )
    truth = texts.labels.append_column("id", ids).append_column(
        "person", pa.array(person, mask=~known)
    )
    return entries, truth


def write_competitors(scene: Scene, pen: Pen, folder: Path) -> int:
    """Write each competitor's campaigns as a feed.

    Returns
    -------
    int
        How many.
    """
    total = 0
    for place, rival in enumerate(scene.world.competitors):
        rng = scene.seeds.of("competitors", place)
        count = round(rival.campaigns_a_month * scene.story.days / 30.4)
        if not count:
            continue
        day = np.sort(rng.integers(0, scene.story.days, count)).astype(np.int32)
        at = scene.moment(day, 7 * 3600 + rng.random(count) * 40_000)
        language = rng.integers(0, 2, count).astype(np.int8)
        wanted = _wanted(scene, "campaign", language, rng)
        texts = compose(wanted, lexicon_of(scene.world, rival.name), rng)
        stem = rival.stem
        site = f"https://{stem}.example"
        ids = pa.array([f"{site}/news/{i + 1}" for i in range(count)])
        updated = np.datetime64(int(scene.end) // SECOND, "s").astype(str) + "Z"
        head = _HEAD.format(site=site, path="/news.atom", title=rival.name, updated=updated)
        entries = _table(texts, ids, language, at, pa.array([rival.name] * count))
        _write(pen, folder / "competitors" / f"{stem}.atom", entries, head)
        total += count
    return total


def _wanted(
    scene: Scene, kind: str, language: NDArray[np.int8], rng: np.random.Generator
) -> Wanted:
    count = len(language)
    return Wanted(
        language,
        np.full(count, KINDS.index(kind), np.int8),
        np.full(count, SENTIMENTS.index("positive"), np.int8),
        np.full(count, INTENTS.index("none"), np.int8),
        rng.integers(0, len(TOPICS) - 1, count).astype(np.int8),
        from_shelves(scene.world, np.zeros(count, np.int64), rng),
        np.full(count, -1, np.int16),
    )


def _table(
    texts: Texts,
    ids: pa.Array,
    language: NDArray[np.int8],
    at: NDArray[np.int64],
    author: pa.Array,
    email: pa.Array | None = None,
) -> pa.Table:
    none = pa.nulls(len(ids), pa.string())
    title = pc.fill_null(pc.cast(texts.title, pa.string()), "")
    return pa.table(
        {
            "id": ids,
            "link": ids,
            "title": title,
            "body": pc.cast(texts.body, pa.string()),
            "language": words(language, ["fr", "en"]),
            "us": pa.array(at),
            "author": author,
            "email": none if email is None else email,
            "parent": none,
        }
    )


def _write(pen: Pen, path: Path, entries: pa.Table, head: str) -> None:
    pen.lines(path, {"entries": entries}, _entries(), head.encode())
    with path.open("ab") as file:
        file.write(b"</feed>\n")
