"""Letters: customers' mails, and what the brand's support answers."""

from __future__ import annotations

import numpy as np

from parvis.simulate.texts.contracts import INTENTS, SENTIMENTS, TOPICS
from parvis.simulate.texts.draft import Draft
from parvis.simulate.texts.marks import Marks, draw_marks, is_intent
from parvis.simulate.texts.talk import (
    end_marks,
    is_neutral,
    say_comparison,
    say_feeling,
    say_intent,
    say_more,
)

_IRONY = {"mail": 0.04}
_EMOJI = {"mail": 0.02}
_SWITCHING = {"mail": 0.02}


def write_mails(draft: Draft) -> Marks:
    """Write customers' mails: greeting, what happened, what they want, a formula to close.

    Parameters
    ----------
    draft
        n texts of the kind mail.

    Returns
    -------
    Marks
        Of shape (n,).
    """
    wanted, grammar = draft.wanted, draft.grammar
    groups = grammar.groups
    marks = draw_marks(wanted, draft.rng, _IRONY, _EMOJI, _SWITCHING)
    end = end_marks(draft, marks)
    shows = marks.emotion > 0

    draft.say(groups["mail hello"], draft.everyone())
    draft.break_line("paragraph", draft.everyone())
    draft.say(groups["mail context"], draft.everyone(), end=groups["end calm"])
    asks = is_intent(wanted, "question") & is_neutral(draft)
    core = grammar.table("core", TOPICS, SENTIMENTS)[wanted.topic, wanted.sentiment]
    main = np.where(asks, grammar.table("ask", TOPICS)[wanted.topic], core)
    main = np.where(marks.is_ironic, grammar.table("irony", TOPICS)[wanted.topic], main)
    first = draft.say(main, draft.everyone(), end=end)
    goes_on = ~asks & ~marks.is_ironic & draft.chance(0.7)
    say_more(draft, first, goes_on, end)
    draft.say(groups["mail detail"], draft.chance(0.4) | ~goes_on, end=groups["end calm"])
    say_comparison(draft, end)
    say_feeling(draft, marks, shows & draft.everyone(), end)
    draft.break_line("paragraph", draft.chance(0.6))
    say_intent(draft, "mail", end)
    switched = grammar.table("switched", SENTIMENTS)[wanted.sentiment]
    draft.say(switched, marks.is_code_switched, end=end)
    draft.say(grammar.table("mail wish", SENTIMENTS)[wanted.sentiment], draft.chance(0.8), end=end)
    draft.finish()
    draft.say(grammar.table("emoji", SENTIMENTS)[wanted.sentiment], marks.has_emoji)
    draft.break_line("paragraph", draft.everyone())
    draft.say(groups["mail bye"], draft.everyone())
    return marks


def write_answers(draft: Draft) -> Marks:
    """Write what the brand's support answers a mail.

    Parameters
    ----------
    draft
        n texts of the kind mail_answer.

    Returns
    -------
    Marks
        Of shape (n,).
    """
    wanted, grammar = draft.wanted, draft.grammar
    groups = grammar.groups
    calm = groups["end calm"]
    draft.say(groups["answer hello"], draft.everyone())
    draft.break_line("paragraph", draft.everyone())
    thanks = grammar.table("answer thanks", INTENTS)[wanted.intent]
    is_angry = wanted.sentiment == SENTIMENTS.index("negative")
    # a faint praise from an unhappy customer isn't thanked for as praise
    is_plain = (thanks == 0) | (is_angry & is_intent(wanted, "praise"))
    thanks = np.where(is_plain, groups["answer thanks none"], thanks)
    draft.say(thanks, draft.everyone(), end=calm)
    draft.say(groups["answer sorry"], is_angry, end=calm)
    first = draft.say(grammar.table("answer", TOPICS)[wanted.topic], draft.everyone(), end=calm)
    draft.say(
        grammar.table("answer", TOPICS)[wanted.topic], draft.chance(0.5), end=calm, unlike=first
    )
    draft.say(groups["answer compare"], wanted.competitor >= 0, end=calm)
    draft.break_line("paragraph", draft.chance(0.6))
    is_upset = is_angry | is_intent(wanted, "complaint", "leave")
    step = np.where(is_upset, groups["answer step upset"], groups["answer step"])
    draft.say(step, draft.everyone(), end=calm)
    draft.say(groups["answer wish"], draft.chance(0.8), end=calm)
    draft.break_line("paragraph", draft.everyone())
    draft.say(groups["answer bye"], draft.everyone())
    return Marks.plain(draft.size)
