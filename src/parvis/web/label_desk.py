"""What the team says of texts on the pages: written at once, and seen before the next build."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from parvis.errors import ListeningError
from parvis.listen import api as listen
from parvis.web.queries.texts import Text
from parvis.web.reader import Reader
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

__all__ = ["COMPLAINT", "SENTIMENT", "LabelDesk", "Said", "model_says", "said_in"]

SENTIMENT: Final = "sentiment"
COMPLAINT: Final = "intent:complaint"


@dataclass(frozen=True, slots=True)
class Said:
    """What the team says of a text; null: nothing.

    Parameters
    ----------
    sentiment, complaint
        The last label of each; it may say that the one before was taken back.
    """

    sentiment: listen.Label | None = None
    complaint: listen.Label | None = None

    @property
    def last(self) -> listen.Label | None:
        """What was said last, and wasn't taken back."""
        told = [x for x in (self.sentiment, self.complaint) if x is not None]
        standing = [x for x in told if x.value != listen.WITHDRAWN]
        return max(standing, key=lambda x: x.label_id, default=None)


_LABELS: Final = Statement(lambda shelf: shelf.table("labels"))
_Told = dict[tuple[str, str], tuple[listen.Label, ...]]


class LabelDesk:
    """Where texts are labelled, by any number of requests.

    Parameters
    ----------
    reader
        The workspace.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._fresh: list[tuple[int, listen.Label]] = []
        self._writing = threading.Lock()

    def told(self, shelf: Shelf) -> _Told:
        """Return what the team said by text key and subject, the oldest first."""
        told: _Told = shelf.kept("labels", lambda: listen.told_labels(shelf.rows(_LABELS)))
        with self._writing:
            self._fresh = [x for x in self._fresh if x[0] > shelf.version]
            fresh = [label for _, label in self._fresh]
        if fresh:
            told = dict(told)
            for label in fresh:
                key = (label.text_key, label.subject)
                told[key] = (*told.get(key, ()), label)
        return told

    def of(self, shelf: Shelf, text_key: str) -> Said:
        """Return what the team says of a text."""
        return said_in(self.told(shelf), text_key)

    def say(
        self,
        text: Text,
        subject: str,
        value: str,
        by: str,
        purpose: listen.Purpose = "correction",
    ) -> listen.Label:
        """Label a text.

        Raises
        ------
        ListeningError
            A text can't be labelled so.
        """
        label = listen.Label.new(
            text.text_key, subject, value, was=model_says(text, subject), by=by, purpose=purpose
        )
        self._write(label)
        return label

    def take_back(self, shelf: Shelf, text: Text, label_id: str, by: str) -> listen.Label:
        """Take a label back: what was said before it stands again.

        Raises
        ------
        ListeningError
            It isn't what stands of this text.
        """
        told = self.told(shelf)
        for subject in (SENTIMENT, COMPLAINT):
            *before, last = told.get((text.text_key, subject), (None,))
            if last is not None and last.label_id == label_id:
                stood = before[-1].value if before and before[-1] else listen.WITHDRAWN
                # what was drawn is no longer in the sample, whatever else was said of the text
                sampled = last.purpose == "sample"
                label = listen.Label.new(
                    text.text_key, subject, listen.WITHDRAWN if sampled else stood,
                    was=last.was, by=by, purpose=last.purpose,
                )  # fmt: skip
                self._write(label)
                if sampled and stood != listen.WITHDRAWN:
                    label = listen.Label.new(text.text_key, subject, stood, was=last.was, by=by)
                    self._write(label)
                return label
        raise ListeningError(
            f"There is no label {label_id[:80]!r} to take back.",
            "Somebody may have said something else of the text meanwhile: load the page again.",
        )

    def _write(self, label: listen.Label) -> None:
        engine = self._reader.workspace.engine.session()
        try:
            with self._writing:
                before = engine.snapshot()
                listen.record_label(engine, label)
                version = engine.snapshot()
                self._fresh.append((version, label))
                if version == before + 1:
                    # nobody else wrote between: all other tables are as they were
                    self._reader.regard_as(version, before)
        finally:
            engine.close()


def said_in(told: _Told, text_key: str) -> Said:
    """Return what stands of a text."""
    (mood, complaint) = (told.get((text_key, s), (None,))[-1] for s in (SENTIMENT, COMPLAINT))
    return Said(mood, complaint)


def model_says(text: Text, subject: str) -> str | None:
    """Tell what the model says of a text; null: it wasn't read."""
    if subject == SENTIMENT:
        if text.p_negative is None or text.p_neutral is None or text.p_positive is None:
            return None
        given = (text.p_negative, text.p_neutral, text.p_positive)
        return listen.LABELS[given.index(max(given))]
    kind = subject.partition(":")[2]
    if text.intents is None:
        return None
    return "yes" if any(i["kind"] == kind for i in text.intents) else "no"
