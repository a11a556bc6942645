"""What the team says of texts: rows of `labels`, and what stands of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from parvis.errors import ListeningError
from parvis.lake.schema import TABLES
from parvis.listen.contracts import LABELS

if TYPE_CHECKING:
    from parvis.lake.engine import Engine

__all__ = ["SUBJECTS", "WITHDRAWN", "Label", "Purpose", "record_label", "told_labels"]

Purpose = Literal["correction", "sample"]

#: What is said when somebody takes back what was said.
WITHDRAWN: Final = "withdrawn"

#: Of what a text can be labelled, and with what.
SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "sentiment": LABELS,
    "intent:complaint": ("yes", "no"),
}


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody says of a text; columns of `labels` of the same names.

    Parameters
    ----------
    value
        One of `SUBJECTS` of the subject, or `WITHDRAWN`.
    was
        What the model had said; null: nothing.
    """

    label_id: str
    text_key: str
    subject: str
    value: str
    was: str | None
    purpose: Purpose
    labelled_at: datetime
    labelled_by: str

    @classmethod
    def new(
        cls,
        text_key: str,
        subject: str,
        value: str,
        *,
        was: str | None,
        by: str,
        purpose: Purpose = "correction",
    ) -> Label:
        """Make a label of now.

        Raises
        ------
        ListeningError
            There is no such subject, or it can't have this value.
        """
        if subject not in SUBJECTS:
            raise ListeningError(
                f"subject = {subject[:80]!r}: a text can't be labelled so.",
                f"Choose one of {', '.join(SUBJECTS)}.",
            )
        known = (*SUBJECTS[subject], WITHDRAWN)
        if value not in known:
            raise ListeningError(
                f"value = {value[:80]!r}: {subject} can't be that.",
                f"Choose one of {', '.join(known)}.",
            )
        now = datetime.now(UTC)
        label_id = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
        return cls(label_id, text_key, subject, value, was, purpose, now, by)


def record_label(engine: Engine, label: Label) -> None:
    """Keep a label; the next build brings it into `mentions`."""
    schema = dict(TABLES["labels"].ibis.items())
    row = {name: getattr(label, name) for name in schema}
    engine.append("labels", engine.stage_rows([row], schema))


def told_labels(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[Label, ...]]:
    """Gather what was said of each text.

    Parameters
    ----------
    rows
        Rows of `labels`.

    Returns
    -------
    dict
        By text key and subject, the oldest first: the last stands.
    """
    told: dict[tuple[str, str], tuple[Label, ...]] = {}
    labels = (Label(**{name: row[name] for name in Label.__slots__}) for row in rows)
    for one in sorted(labels, key=lambda x: x.label_id):
        key = (one.text_key, one.subject)
        told[key] = (*told.get(key, ()), one)
    return told
