"""What people say, to whom and when: posts, replies, likes, reviews, mails, blog comments.

Only who, when, about what and in which mood; the words are made by `texts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.accounts import Accounts
from parvis.simulate.happenings.moods import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    intents_of,
    moods_of,
    topics_of,
)
from parvis.simulate.happenings.orders import Orders, from_shelves
from parvis.simulate.scene import SECOND, Block, Scene, second_of_day
from parvis.simulate.story import crisis_moment
from parvis.simulate.texts import INTENTS, KINDS, TOPICS, Wanted

__all__ = ["BRAND", "Likes", "Sayings", "conversations_of", "letters_of", "reviews_of"]

#: The author that is the brand itself.
BRAND: Final = -1


@dataclass(frozen=True, slots=True)
class Sayings:
    """Things said; one value each.

    Parameters
    ----------
    author
        The account, or (mails, reviews) the person; `BRAND`.
    at
        Microseconds since 1970.
    parent, root
        What it answers and what began it, among these; -1: nothing.
    order
        The order's place that it is about; -1: none.
    language, kind, sentiment, intent, topic, product, competitor
        As of `texts.Wanted`.
    """

    author: NDArray[np.int64]
    at: NDArray[np.int64]
    parent: NDArray[np.int64]
    root: NDArray[np.int64]
    order: NDArray[np.int64]
    language: NDArray[np.int8]
    kind: NDArray[np.int8]
    sentiment: NDArray[np.int8]
    intent: NDArray[np.int8]
    topic: NDArray[np.int8]
    product: NDArray[np.int16]
    competitor: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.author)

    def wanted(self) -> Wanted:
        """Return what the texts shall say."""
        return Wanted(
            self.language,
            self.kind,
            self.sentiment,
            self.intent,
            self.topic,
            self.product,
            self.competitor,
        )


@dataclass(frozen=True, slots=True)
class Likes:
    """Likes and shares of things said: which, by whom, when, and whether it was shared."""

    said: NDArray[np.int64]
    author: NDArray[np.int64]
    at: NDArray[np.int64]
    is_share: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.said)


def conversations_of(scene: Scene, accounts: Accounts, block: Block) -> tuple[Sayings, Likes]:
    """Draw what is said on social networks in threads that begin within a block of days."""
    rng = scene.seeds.of("voices", block.number)
    begun = _begun(scene, accounts, block, rng)
    answered = _answers(scene, accounts, begun, rng)
    said = _joined([begun, answered])
    return said, _likes(scene, accounts, said, rng)


def _begun(scene: Scene, accounts: Accounts, block: Block, rng: np.random.Generator) -> Sayings:
    """Draw the posts that begin a conversation, the brand's own among them."""
    story, told = scene.story, scene.world.social
    upto = np.cumsum(accounts.temper)
    daily = told.posts_a_year / 365 * (upto[-1] if len(upto) else 0.0)
    number = rng.poisson(daily * story.voices[block.days])
    day = np.repeat(np.arange(block.first, block.last, dtype=np.int32), number)
    author = np.searchsorted(upto, rng.random(len(day)) * upto[-1] if len(upto) else day)
    author = np.minimum(author, max(len(accounts) - 1, 0))
    second = second_of_day("words", len(day), rng)
    # the crisis is loud in the share by which it makes more to be said
    loud = (scene.world.crisis.posts - 1) * story.crisis if scene.world.crisis else story.crisis
    is_crisis = rng.random(len(day)) < (loud / story.voices)[day]
    at = scene.moment(day, second)
    begins = crisis_moment(scene.world)
    if begins is not None and len(day):
        first = int(begins * SECOND)
        early = is_crisis & (at < first)
        end_of_day = scene.midnights[day + 1]
        late = first + (rng.random(len(day)) ** 1.6 * (end_of_day - first)).astype(np.int64)
        at = np.where(early, late, at)
    person = accounts.person[author] if len(accounts) else np.zeros(0, np.int32)
    speaks = (person < 0) | scene.people.are_customers(np.maximum(person, 0), day)
    author, at, is_crisis = author[speaks], at[speaks], is_crisis[speaks]
    mood = moods_of(scene, accounts.satisfaction[author], is_crisis, rng)
    spam = (accounts.person[author] < 0) & (rng.random(len(author)) < 3 * told.spam_share)
    mood["intent"][spam] = INTENTS.index("spam")
    mood["sentiment"][spam] = NEUTRAL
    theirs = _sayings(scene, author, at, "post", mood, rng, language=accounts.language[author])
    return _joined([theirs, _own_posts(scene, block, rng)])


def _own_posts(scene: Scene, block: Block, rng: np.random.Generator) -> Sayings:
    """Draw the brand's own post of each day, in one language after the other."""
    day = np.arange(block.first, block.last, dtype=np.int32)
    count = len(day)
    mood = {
        "sentiment": np.full(count, POSITIVE, np.int8),
        "intent": np.full(count, INTENTS.index("none"), np.int8),
        "topic": topics_of(count, rng),
    }
    at = scene.moment(day, 9 * 3600 + rng.random(count) * 30_000)
    return _sayings(
        scene,
        np.full(count, BRAND),
        at,
        "campaign",
        mood,
        rng,
        language=(day % 2).astype(np.int8),
    )


def _answers(scene: Scene, accounts: Accounts, begun: Sayings, rng: np.random.Generator) -> Sayings:
    """Draw replies: somebody of the same network, later, often in the same mood."""
    liked = rng.lognormal(-0.5, 1.0, len(begun)) * np.where(begun.author == BRAND, 4.0, 1.0)
    number = rng.poisson(np.minimum(scene.world.social.replies * liked, 40))
    parent = np.repeat(np.arange(len(begun)), number)
    author = _neighbours(accounts, begun.author[parent], parent, rng)
    at = begun.at[parent] + ((60 + rng.exponential(20_000, len(parent))) * SECOND).astype(np.int64)
    # the brand answers who complains or asks
    asks = np.isin(begun.intent, [INTENTS.index(i) for i in ("complaint", "question", "leave")])
    served = np.flatnonzero(asks & (begun.author != BRAND) & (rng.random(len(begun)) < 0.3))
    later = begun.at[served] + ((900 + rng.exponential(14_000, len(served))) * SECOND).astype(
        np.int64
    )
    parent = np.concatenate((parent, served))
    author = np.concatenate((author, np.full(len(served), BRAND)))
    at = np.concatenate((at, later))
    inside = at < scene.end
    parent, author, at = parent[inside], author[inside], at[inside]
    ours = author == BRAND
    alone = np.zeros(len(at), bool)
    whose = accounts.satisfaction[np.maximum(author, 0)] if len(accounts) else np.zeros(len(at))
    mood = moods_of(scene, whose, alone, rng)
    same = (rng.random(len(at)) < 0.55) & ~ours & (begun.author[parent] != BRAND)
    mood["sentiment"] = np.where(same, begun.sentiment[parent], mood["sentiment"]).astype(np.int8)
    mood["sentiment"][ours] = NEUTRAL
    mood["intent"] = intents_of(mood["sentiment"], rng)
    mood["intent"][ours] = INTENTS.index("none")
    mood["topic"] = begun.topic[parent]
    language = np.where(ours | same, begun.language[parent], accounts.language[author])
    said = _sayings(
        scene, author, at, "reply", mood, rng, language=language, product=begun.product[parent]
    )
    return _replaced(
        said,
        parent=parent,
        root=parent,
        kind=np.where(ours, KINDS.index("mail_answer"), said.kind).astype(np.int8),
    )


def _neighbours(
    accounts: Accounts,
    author: NDArray[np.int64],
    place: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Draw accounts of the network of an author; the brand posts in one after the other."""
    network = network_of(accounts, author, place)
    order = np.argsort(accounts.network, kind="stable")
    bounds = np.searchsorted(accounts.network[order], [0, 1, 2])
    low, high = bounds[network], bounds[network + 1]
    found = order[np.minimum(low + (rng.random(len(author)) * (high - low)).astype(int), high - 1)]
    chosen: NDArray[np.int64] = found.astype(np.int64)
    return chosen


def network_of(
    accounts: Accounts, author: NDArray[np.int64], place: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the network of things said; the brand's own go to both in turn."""
    own = accounts.network[np.maximum(author, 0)]
    network: NDArray[np.int64] = np.where(author == BRAND, place % 2, own).astype(np.int64)
    return network


def _likes(scene: Scene, accounts: Accounts, said: Sayings, rng: np.random.Generator) -> Likes:
    liked = rng.lognormal(-0.9, 1.3, len(said)) * np.where(said.author == BRAND, 6.0, 1.0)
    number = rng.poisson(np.minimum(scene.world.social.likes * liked, 400))
    which = np.repeat(np.arange(len(said)), number)
    root = np.where(said.root[which] >= 0, said.root[which], which)
    author = _neighbours(accounts, said.author[root], root, rng)
    at = said.at[which] + ((20 + rng.exponential(40_000, len(which))) * SECOND).astype(np.int64)
    inside = at < scene.end
    # nobody likes twice
    pair = which * max(len(accounts), 1) + author
    first = np.zeros(len(which), bool)
    first[np.unique(pair, return_index=True)[1]] = True
    inside &= first
    share = rng.random(len(which)) < 0.12
    return Likes(which[inside], author[inside], at[inside], share[inside])


def reviews_of(scene: Scene, block: Block, orders: Orders) -> Sayings:
    """Draw the reviews of a block's orders; `author` is the person."""
    rng = scene.seeds.of("reviews", block.number)
    written = rng.random(len(orders)) < scene.world.social.review_share
    which = np.flatnonzero(written & ~orders.is_cancelled)
    at = orders.at[which] + (rng.uniform(4, 30, len(which)) * 86_400 * SECOND).astype(np.int64)
    which, at = which[at < scene.end], at[at < scene.end]
    person = orders.person[which].astype(np.int64)
    mood = moods_of(scene, scene.people.satisfaction[person], np.zeros(len(which), bool), rng)
    said = _sayings(
        scene,
        person,
        at,
        "review",
        mood,
        rng,
        language=scene.people.language[person],
        product=orders.lines.product[orders.lines.starts[which]],
    )
    return _replaced(said, order=which)


def letters_of(scene: Scene, block: Block, orders: Orders) -> Sayings:
    """Draw the mails about a block's orders, the brand's answers, and what is answered to those."""
    rng = scene.seeds.of("mails", block.number)
    which = np.flatnonzero(rng.random(len(orders)) < scene.world.mail.problem_share)
    at = orders.at[which] + (rng.exponential(4, len(which)) * 86_400 * SECOND).astype(np.int64)
    which, at = which[at < scene.end], at[at < scene.end]
    person = orders.person[which].astype(np.int64)
    count = len(which)
    mood = moods_of(scene, scene.people.satisfaction[person] - 1.3, np.zeros(count, bool), rng)
    mood["topic"] = rng.choice(
        [TOPICS.index(t) for t in ("delivery", "quality", "support", "price", "taste", "app")],
        count,
        p=[0.42, 0.24, 0.12, 0.10, 0.06, 0.06],
    ).astype(np.int8)
    language = scene.people.language[person]
    product = orders.lines.product[orders.lines.starts[which]] if count else np.zeros(0, np.int16)
    first = _replaced(
        _sayings(scene, person, at, "mail", mood, rng, language=language, product=product),
        order=which,
    )
    replied = np.flatnonzero(rng.random(count) < scene.world.mail.answer_share)
    served = _letters_back(scene, first, replied, BRAND, 30_000, rng)
    again = np.flatnonzero(rng.random(len(served)) < 0.25) + len(first)
    both = _joined([first, served])
    thanks = _letters_back(scene, both, again, 0, 60_000, rng)
    return _joined([both, thanks])


def _letters_back(
    scene: Scene,
    said: Sayings,
    which: NDArray[np.int64],
    author: int,
    seconds: float,
    rng: np.random.Generator,
) -> Sayings:
    """Draw the next letters of some threads: the brand's, or the customer's again."""
    at = said.at[which] + ((600 + rng.exponential(seconds, len(which))) * SECOND).astype(np.int64)
    which, at = which[at < scene.end], at[at < scene.end]
    root = np.where(said.root[which] >= 0, said.root[which], which)
    count, ours = len(which), author == BRAND
    sentiment = np.full(count, NEUTRAL, np.int8)
    if not ours:
        sentiment = rng.choice([NEGATIVE, NEUTRAL, POSITIVE], count, p=[0.35, 0.2, 0.45])
        sentiment = sentiment.astype(np.int8)
    mood = {
        "sentiment": sentiment,
        "intent": np.full(count, INTENTS.index("none"), np.int8)
        if ours
        else intents_of(sentiment, rng),
        "topic": said.topic[which],
    }
    back = _sayings(
        scene,
        np.full(count, BRAND) if ours else said.author[root],
        at,
        "mail_answer" if ours else "mail",
        mood,
        rng,
        language=said.language[which],
        product=said.product[which],
    )
    return _replaced(back, parent=which, root=root, order=said.order[which])


def _sayings(
    scene: Scene,
    author: NDArray[Any],
    at: NDArray[np.int64],
    kind: str,
    mood: dict[str, NDArray[Any]],
    rng: np.random.Generator,
    *,
    language: NDArray[Any],
    product: NDArray[np.int16] | None = None,
) -> Sayings:
    count, rivals = len(author), len(scene.world.competitors)
    if product is None:
        product = from_shelves(scene.world, np.zeros(count, np.int64), rng)
    leaves = mood["intent"] == INTENTS.index("leave")
    names = (rng.random(count) < np.where(leaves, 0.7, 0.06)) & (rivals > 0)
    nothing = np.full(count, -1, np.int64)
    return Sayings(
        author=author.astype(np.int64),
        at=at,
        parent=nothing,
        root=nothing,
        order=nothing,
        language=language.astype(np.int8),
        kind=np.full(count, KINDS.index(kind), np.int8),
        sentiment=mood["sentiment"].astype(np.int8),
        intent=mood["intent"].astype(np.int8),
        topic=mood["topic"].astype(np.int8),
        product=product.astype(np.int16),
        competitor=np.where(names, rng.integers(0, max(rivals, 1), count), -1).astype(np.int16),
    )


def _joined(parts: Sequence[Sayings]) -> Sayings:
    """Put things said one after the other; what they answer keeps its place in the first."""
    return Sayings(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sayings)))


def _replaced(said: Sayings, **columns: NDArray[Any]) -> Sayings:
    return Sayings(*(columns.get(f.name, getattr(said, f.name)) for f in fields(Sayings)))
