"""Opinions in public: posts, comments, replies, blog comments and reviews."""

from __future__ import annotations

import numpy as np

from parvis.simulate.texts.contracts import EMOTIONS, INTENTS, KINDS, SENTIMENTS, TOPICS
from parvis.simulate.texts.draft import Draft, Mask, Said
from parvis.simulate.texts.grammar import Ints
from parvis.simulate.texts.marks import Marks, by_kind, draw_marks, is_intent

_IRONY = {"post": 0.14, "comment": 0.14, "reply": 0.14, "review": 0.06, "blog_comment": 0.07}
_EMOJI = {"post": 0.35, "comment": 0.4, "reply": 0.35, "review": 0.1, "blog_comment": 0.08}
_SWITCHING = {"post": 0.1, "comment": 0.1, "reply": 0.08, "review": 0.05, "blog_comment": 0.06}
_OPENER = {"post": 0.35, "comment": 0.3, "reply": 0.3, "review": 0.2, "blog_comment": 0.3}
_CONTEXT = {"post": 0.25, "comment": 0.08, "reply": 0.06, "review": 0.5, "blog_comment": 0.2}
_SECOND = {"post": 0.2, "comment": 0.08, "reply": 0.1, "review": 0.65, "blog_comment": 0.45}
_VERDICT = {"post": 0.2, "comment": 0.15, "reply": 0.12, "review": 0.5, "blog_comment": 0.25}
_NEW_LINE = {"review": 0.3, "post": 0.08}
_FEELING_FIRST = 0.4


def write_talk(draft: Draft) -> Marks:
    """Write what people say in public about the brand.

    Parameters
    ----------
    draft
        n texts of the kinds post, comment, reply, blog_comment and review.

    Returns
    -------
    Marks
        Of shape (n,).
    """
    wanted = draft.wanted
    marks = draw_marks(wanted, draft.rng, _IRONY, _EMOJI, _SWITCHING)
    end = end_marks(draft, marks)
    shows = marks.emotion > 0
    feels_first = shows & draft.chance(_FEELING_FIRST)

    _greet(draft, end)
    say_feeling(draft, marks, feels_first, end)
    goes_on = draft.chance(by_kind(wanted, _SECOND)) & ~marks.is_ironic & ~_just_asks(draft)
    # a review of one sentence is rare: one that doesn't go on tells how it came about
    tells = draft.chance(by_kind(wanted, _CONTEXT))
    tells |= (wanted.kind == KINDS.index("review")) & ~goes_on
    draft.say(draft.grammar.groups["context"], tells, end=end)
    _say_point(draft, marks, goes_on, end)
    _new_line(draft)
    say_intent(draft, "", end)
    say_comparison(draft, end)
    say_feeling(draft, marks, shows & ~feels_first, end)
    _conclude(draft, marks, end)
    draft.finish(draft.manner.is_relaxed & draft.chance(0.6))
    _decorate(draft, marks)
    return marks


def end_marks(draft: Draft, marks: Marks) -> Ints:
    """Choose how the sentences of each text end.

    Parameters
    ----------
    draft
        n texts.
    marks
        Their emotions.

    Returns
    -------
    numpy.ndarray
        Groups of closing marks, shape (n,).
    """
    groups = draft.grammar.groups
    loud = np.isin(marks.emotion, [EMOTIONS.index("anger"), EMOTIONS.index("joy")])
    loud |= is_intent(draft.wanted, "praise") & ~is_neutral(draft)
    loose = draft.grammar.table("end loose", SENTIMENTS)[draft.wanted.sentiment]
    calm = np.where(draft.manner.is_relaxed, loose, groups["end calm"])
    return np.where(loud & draft.chance(0.6), groups["end strong"], calm).astype(np.int32)


def say_feeling(draft: Draft, marks: Marks, where: Mask, end: Ints) -> None:
    """Say what the writer feels.

    Parameters
    ----------
    draft
        n texts.
    marks
        Their emotions.
    where
        The texts that say it here; shape (n,).
    end
        Their closing marks.
    """
    table = draft.grammar.table("feeling", EMOTIONS, SENTIMENTS)
    draft.say(table[marks.emotion, draft.wanted.sentiment], where, end=end)


def say_intent(draft: Draft, family: str, end: Ints) -> None:
    """Say what the writer is after, where it isn't a neutral question (which is the point itself).

    Parameters
    ----------
    draft
        n texts.
    family
        Which sentences: "" for talk, "mail" for letters.
    end
        Their closing marks.
    """
    grammar, wanted = draft.grammar, draft.wanted
    prefix = f"{family} " if family else ""
    tables = [grammar.table(prefix + intent, SENTIMENTS) for intent in INTENTS]
    group = np.stack(tables)[wanted.intent, wanted.sentiment]
    leaves_to = is_intent(wanted, "leave") & (wanted.competitor >= 0)
    group = np.where(leaves_to, grammar.table("leave_to", SENTIMENTS)[wanted.sentiment], group)
    asks = is_intent(wanted, "question")
    group = np.where(asks, grammar.table("ask", TOPICS)[wanted.topic], group)
    draft.say(group, ~(asks & is_neutral(draft)), end=end)


def say_comparison(draft: Draft, end: Ints) -> None:
    """Name the competitor, where one is to be named and the intent didn't.

    Parameters
    ----------
    draft
        n texts.
    end
        Their closing marks.
    """
    wanted = draft.wanted
    group = draft.grammar.table("compare", SENTIMENTS)[wanted.sentiment]
    draft.say(group, (wanted.competitor >= 0) & ~is_intent(wanted, "leave"), end=end)


def is_neutral(draft: Draft) -> Mask:
    """Find the neutral texts.

    Parameters
    ----------
    draft
        n texts.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    neutral: Mask = draft.wanted.sentiment == SENTIMENTS.index("neutral")
    return neutral


def _greet(draft: Draft, end: Ints) -> None:
    groups, kind = draft.grammar.groups, draft.wanted.kind
    replies = draft.grammar.table("reply open", SENTIMENTS)[draft.wanted.sentiment]
    is_reply = kind == KINDS.index("reply")
    is_blog = kind == KINDS.index("blog_comment")
    greeting = np.where(
        is_reply, replies, np.where(is_blog, groups["blog open"], groups["mention"])
    )
    rates = {"post": 0.07, "comment": 0.1, "reply": 0.5, "blog_comment": 0.5}
    greets = draft.chance(by_kind(draft.wanted, rates))
    draft.say(greeting, greets & (is_reply | is_blog), end=end)
    draft.say(greeting, greets & ~(is_reply | is_blog))


def _just_asks(draft: Draft) -> Mask:
    return is_intent(draft.wanted, "question") & is_neutral(draft)


def _say_point(draft: Draft, marks: Marks, goes_on: Mask, end: Ints) -> None:
    """Say what it is about: an ironic line, a question, or one or two opinions on the topic."""
    grammar, wanted = draft.grammar, draft.wanted
    groups, topic = grammar.groups, wanted.topic
    asks = _just_asks(draft)
    core = grammar.table("core", TOPICS, SENTIMENTS)[topic, wanted.sentiment]
    # irony is a line of its own, or applause for a plain complaint
    applauds = marks.is_ironic & draft.chance(0.5)
    main = np.where(asks, grammar.table("ask", TOPICS)[topic], core)
    main = np.where(marks.is_ironic & ~applauds, grammar.table("irony", TOPICS)[topic], main)

    any_opener = np.where(
        draft.chance(0.5), groups["opener"], grammar.table("opener", SENTIMENTS)[wanted.sentiment]
    )
    opener = np.where(asks, groups["opener ask"], any_opener)
    opener = np.where(applauds, groups["irony open"], opener)
    opens = draft.chance(by_kind(wanted, _OPENER)) & (~marks.is_ironic | applauds)
    first = draft.say(
        main,
        draft.everyone(),
        opener=opener,
        has_opener=opens | applauds,
        end=end,
    )
    say_more(draft, first, goes_on, end)
    draft.say(groups["irony close"], marks.is_ironic & draft.chance(0.6), end=end)


def say_more(draft: Draft, first: Said, where: Mask, end: Ints) -> None:
    """Add a second opinion on the topic.

    Parameters
    ----------
    draft
        n texts.
    first
        The first opinion.
    where
        The texts that have a second; shape (n,).
    end
        Their closing marks.
    """
    wanted = draft.wanted
    draft.say(
        draft.grammar.table("core", TOPICS, SENTIMENTS)[wanted.topic, wanted.sentiment],
        where,
        opener=draft.grammar.table("also", SENTIMENTS)[wanted.sentiment],
        has_opener=draft.chance(0.7),
        end=end,
        unlike=first,
    )


def _new_line(draft: Draft) -> None:
    draft.break_line("line", draft.chance(by_kind(draft.wanted, _NEW_LINE)) & ~is_neutral(draft))


def _conclude(draft: Draft, marks: Marks, end: Ints) -> None:
    wanted, grammar = draft.wanted, draft.grammar
    switched = grammar.table("switched", SENTIMENTS)[wanted.sentiment]
    draft.say(switched, marks.is_code_switched, end=end)
    judges = is_intent(wanted, "none", "complaint", "praise") & ~marks.is_ironic
    judges &= ~marks.is_code_switched & draft.chance(by_kind(wanted, _VERDICT))
    draft.say(grammar.table("verdict", SENTIMENTS)[wanted.sentiment], judges, end=end)


def _decorate(draft: Draft, marks: Marks) -> None:
    """Add emoji and hashtags."""
    grammar, wanted = draft.grammar, draft.wanted
    groups = grammar.groups
    by_sentiment = grammar.table("emoji", SENTIMENTS)[wanted.sentiment]
    by_emotion = grammar.table("emoji", EMOTIONS)[marks.emotion]
    faces = np.where(by_emotion > 0, by_emotion, by_sentiment)
    faces = np.where(marks.is_ironic, groups["emoji irony"], faces)
    draft.say(faces, marks.has_emoji)
    tags = draft.chance(by_kind(wanted, {"post": 0.3, "comment": 0.04}))
    draft.say(grammar.table("hashtag", TOPICS)[wanted.topic], tags)
    draft.say(groups["hashtag brand"], draft.chance(by_kind(wanted, {"post": 0.22})))
    moods = grammar.table("hashtag", SENTIMENTS)[wanted.sentiment]
    draft.say(moods, tags & ~marks.is_ironic & draft.chance(0.3))
