"""Rows of a register of consents become events. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.functions import fingerprint, json_object
from parvis.connect.files.parse import FAULT_TYPE, Setting
from parvis.connect.files.quarantine import fault
from parvis.connect.files.rows import IDENTIFIERS, is_email
from parvis.connect.moments import date_faults, stated_moment
from parvis.domain.event import ANONYMOUS_ID, EMAIL, USER_ID, EventName, EventType

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["NEEDED", "OPTIONAL", "answers", "consent_events"]

#: The columns of a register; the optional ones may be missing.
NEEDED: Final = ("recorded_at", "subject_kind", "subject", "purpose", "granted")
OPTIONAL: Final = ("channel", "text_version")

_SUBJECTS: Final = (EMAIL, USER_ID, ANONYMOUS_ID)
_YES: Final = ("yes", "true", "1", "oui", "vrai")
_NO: Final = ("no", "false", "0", "non", "faux")


def answers(rows: ir.Table, setting: Setting) -> ir.Table:
    """Read the rows of a register.

    Parameters
    ----------
    rows
        `row_number` and a column of text for each of `NEEDED` and `OPTIONAL`.
    setting
        The source, the zone of times without an offset, and the moment of the import.

    Returns
    -------
    ir.Table
        The columns of `rows`; `at`, `kind`, `who` and `answer`; and `fault`, null where the
        answer is clear.
    """
    word, kind = rows.granted.lower(), rows.subject_kind.lower()
    read = rows.mutate(
        at=stated_moment(rows.recorded_at, setting.zone),
        kind=kind,
        who=ibis.ifelse(kind == EMAIL, rows.subject.lower(), rows.subject),
        answer=ibis.cases(
            (word.isin(_YES), True), (word.isin(_NO), False), else_=ibis.null("boolean")
        ),
    )
    found = (
        *(fault(read[name].isnull(), "missing", name) for name in NEEDED),
        *date_faults(read.recorded_at, read["at"], setting.now, "recorded_at"),
        fault(~read.kind.isin(_SUBJECTS), "unknown_subject", "subject_kind", read.subject_kind),
        fault((read.kind == EMAIL) & ~is_email(read.who), "no_identifier", "subject", read.subject),
        fault(read.answer.isnull(), "not_yes_or_no", "granted", read.granted),
    )
    return read.mutate(fault=ibis.coalesce(*found).cast(FAULT_TYPE))


def consent_events(read: ir.Table, source: str) -> ir.Table:
    """Shape answers as events.

    Parameters
    ----------
    read
        Rows of `answers` without a fault.
    source
        The silo.

    Returns
    -------
    ir.Table
        Columns of `events`: a track call of Segment's own name for it, with `purpose`,
        `granted` and `text_version` among the properties, and the answer in
        `context.consent.categoryPreferences` as its spec has it.

    References
    ----------
    Segment Spec, "Consent Preference Updated".
    """
    who = ibis.struct({"kind": read.kind, "value": read.who})
    nobody = ibis.null("string")
    preferences = json_object(
        {"categoryPreferences": ibis.map(ibis.array([read.purpose]), ibis.array([read.answer]))}
    )
    return read.select(
        message_id=fingerprint(
            source, "consent", read.kind, read.who, read.purpose, read["at"], read.answer,
            read.text_version,
        ),
        source=ibis.literal(source),
        type=ibis.literal(EventType.TRACK.value),
        name=ibis.literal(EventName.CONSENT_UPDATED.value),
        occurred_at=read["at"],
        received_at=read["at"],
        user_id=ibis.ifelse(read.kind == USER_ID, read.who, nobody),
        anonymous_id=ibis.ifelse(read.kind == ANONYMOUS_ID, read.who, nobody),
        identifiers=ibis.array([who]).cast(IDENTIFIERS),
        channel=read.channel,
        properties=json_object(
            {
                "purpose": read.purpose,
                "granted": read.answer,
                "text_version": read.text_version,
            }
        ),
        context=json_object({"consent": preferences}),
    )  # fmt: skip
