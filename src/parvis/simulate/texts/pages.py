"""What brands publish: blog articles and advertising copy; and what advertisers litter: spam."""

from __future__ import annotations

import numpy as np

from parvis.simulate.texts.contracts import KINDS, SENTIMENTS, TOPICS
from parvis.simulate.texts.draft import Draft
from parvis.simulate.texts.marks import Marks, by_kind


def write_articles(draft: Draft) -> Marks:
    """Write articles of the brand's blog, in three to five paragraphs.

    Parameters
    ----------
    draft
        n texts of the kind article.

    Returns
    -------
    Marks
        Of shape (n,).
    """
    wanted, grammar = draft.wanted, draft.grammar
    groups, everyone = grammar.groups, draft.everyone()
    calm = groups["end calm"]
    is_warm = wanted.sentiment == SENTIMENTS.index("positive")
    facts = grammar.table("article", TOPICS)[wanted.topic]
    draft.say(groups["article intro"], everyone, end=calm)
    draft.say(groups["article aim"], draft.chance(0.6), end=calm)
    draft.break_line("paragraph", everyone)
    first = draft.say(facts, everyone, end=calm)
    said = draft.say(groups["article work"], everyone, end=calm)
    draft.break_line("paragraph", everyone)
    draft.say(facts, everyone, end=calm, unlike=first)
    draft.say(groups["article warm"], is_warm, end=calm)
    draft.say(groups["article compare"], wanted.competitor >= 0, end=calm)
    more = draft.chance(0.5)
    draft.break_line("paragraph", more)
    draft.say(groups["article work"], more, end=calm, unlike=said)
    draft.break_line("paragraph", everyone)
    draft.say(groups["article outro"], everyone, end=calm)
    draft.finish()
    return Marks.plain(draft.size)


def write_campaigns(draft: Draft) -> Marks:
    """Write advertising copy, of the competitor where one is named, else of the brand.

    Parameters
    ----------
    draft
        n texts of the kind campaign.

    Returns
    -------
    Marks
        Of shape (n,).
    """
    wanted, grammar = draft.wanted, draft.grammar
    groups, everyone = grammar.groups, draft.everyone()
    is_warm = wanted.sentiment == SENTIMENTS.index("positive")
    end = np.where(is_warm & draft.chance(0.5), groups["end strong"], groups["end calm"])
    end = end.astype(np.int32)
    hook = np.where(is_warm, groups["campaign hook warm"], groups["campaign hook"])
    draft.say(hook, everyone, end=end)
    draft.say(grammar.table("campaign", TOPICS)[wanted.topic], everyone, end=end)
    draft.say(groups["campaign offer"], draft.chance(0.7), end=end)
    draft.say(groups["campaign action"], draft.chance(0.85), end=end)
    draft.finish()
    has_emoji = is_warm & draft.chance(0.3)
    draft.say(groups["campaign emoji"], has_emoji)
    plain = Marks.plain(draft.size)
    return Marks(plain.emotion, plain.is_ironic, has_emoji, plain.is_code_switched)


def write_spam(draft: Draft) -> Marks:
    """Write adverts that have nothing to do with the brand.

    Parameters
    ----------
    draft
        n texts of any kind that people write.

    Returns
    -------
    Marks
        Of shape (n,).
    """
    wanted, groups = draft.wanted, draft.grammar.groups
    end = np.where(draft.chance(0.5), groups["end strong"], groups["end loose negative"]).astype(
        np.int32
    )
    is_mail = wanted.kind == KINDS.index("mail")
    draft.say(groups["mail hello"], is_mail)
    draft.break_line("paragraph", is_mail)
    has_opener = draft.chance(0.4)
    first = draft.say(
        groups["spam"],
        draft.everyone(),
        opener=groups["spam opener"],
        has_opener=has_opener,
        end=end,
    )
    draft.say(groups["spam"], is_mail, end=end, unlike=first)
    draft.say(groups["spam compare"], wanted.competitor >= 0, end=end)
    draft.say(groups["spam proof"], is_mail | draft.chance(0.35), end=end)
    draft.say(groups["spam action"], draft.chance(0.75) | is_mail, end=end)
    draft.finish(draft.chance(0.5))
    rates = {"post": 0.4, "comment": 0.5, "reply": 0.5, "review": 0.2, "blog_comment": 0.2}
    has_emoji = draft.chance(by_kind(wanted, rates))
    draft.say(groups["spam emoji"], has_emoji)
    plain = Marks.plain(draft.size)
    return Marks(plain.emotion, plain.is_ironic, has_emoji, plain.is_code_switched)
