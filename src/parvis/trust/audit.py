"""The record of who did what: appended to, never changed."""

from __future__ import annotations

import sqlalchemy as sa

from parvis.trust.contracts import AuditEntry
from parvis.trust.store import AUDIT, Store, now

__all__ = ["Audit", "note"]


def note(
    db: sa.Connection,
    action: str,
    *,
    actor: str | None = None,
    subject: str | None = None,
    address: str | None = None,
    detail: str | None = None,
) -> None:
    """Write a line, in the transaction of what it tells."""
    db.execute(
        AUDIT.insert().values(
            at=now(), actor=actor, action=action, subject=subject, address=address, detail=detail
        )
    )


class Audit:
    """The record of a workspace."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(
        self,
        action: str,
        *,
        actor: str,
        subject: str | None = None,
        detail: str | None = None,
        address: str | None = None,
    ) -> None:
        """Write a line by itself."""
        with self._store.writing() as db:
            note(
                db,
                action,
                actor=actor,
                subject=subject,
                address=address,
                detail=None if detail is None else detail[:2000],
            )

    def latest(self, count: int = 100) -> tuple[AuditEntry, ...]:
        """Return the newest lines, the newest first."""
        query = sa.select(AUDIT).order_by(AUDIT.c.audit_id.desc()).limit(count)
        with self._store.reading() as db:
            return tuple(
                AuditEntry(r.at, r.actor, r.action, r.subject, r.address, r.detail)
                for r in db.execute(query)
            )
