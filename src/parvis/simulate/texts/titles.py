"""Titles of reviews and articles, subjects of mails."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parvis.simulate.texts.contracts import INTENTS, KINDS, SENTIMENTS, TOPICS
from parvis.simulate.texts.draft import Draft
from parvis.simulate.texts.marks import is_intent

TITLED = ("review", "mail", "article", "mail_answer")


def write_titles(draft: Draft) -> pa.StringArray:
    """Write the titles.

    Parameters
    ----------
    draft
        n texts of any kind, nothing said yet.

    Returns
    -------
    pyarrow.StringArray
        n titles, null for the kinds that have none.
    """
    wanted, grammar = draft.wanted, draft.grammar
    groups, kind = grammar.groups, wanted.kind
    is_titled = np.isin(kind, [KINDS.index(name) for name in TITLED])
    is_answer = kind == KINDS.index("mail_answer")
    is_letter = is_answer | (kind == KINDS.index("mail"))
    is_spam = is_intent(wanted, "spam") & ~is_answer & (kind != KINDS.index("article"))

    subject = grammar.table("subject", INTENTS)[wanted.intent]
    subject = np.where(subject > 0, subject, groups["subject none"])
    title = grammar.table("title", SENTIMENTS)[wanted.sentiment]
    asks = is_intent(wanted, "question")
    title = np.where(asks & (wanted.sentiment == 1), groups["title question"], title)
    group = np.where(is_letter, subject, title)
    article = grammar.table("article title", TOPICS)[wanted.topic]
    group = np.where(kind == KINDS.index("article"), article, group)
    group = np.where(is_spam, groups["spam title"], group)
    draft.say(group, is_titled, opener=groups["answer re"], has_opener=is_answer)
    return pc.if_else(pa.array(is_titled), draft.texts(), pa.scalar(None, pa.string()))
