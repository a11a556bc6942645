"""Keys to the API: random, shown once, kept hashed, revocable."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from parvis.errors import AccountError
from parvis.trust.audit import note
from parvis.trust.contracts import NewToken, Token, User
from parvis.trust.passwords import hash_secret
from parvis.trust.store import TOKENS, USERS, Store, now
from parvis.trust.users import checked_login, user_of

__all__ = ["Tokens"]

# a prefix of its own lets scanners of leaked secrets recognise it
_PREFIX: Final = "parvis_"
_USED_EVERY: Final = timedelta(minutes=5)


class Tokens:
    """The API tokens of a workspace."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self, login: str, label: str, *, days: int | None = None, actor: str | None = None
    ) -> NewToken:
        """Make a token that may do what its user may.

        Parameters
        ----------
        login
            Whose.
        label
            What for, such as ``nightly export``.
        days
            How long it holds; null: until it is revoked.

        Raises
        ------
        AccountError
            There is no such user, or the label is empty.
        """
        normal = checked_login(login)
        if not label.strip():
            raise AccountError("The token has no label.", "Say in a few words what it is for.")
        if days is not None and not 1 <= days <= 3650:
            raise AccountError(
                f"A token can't hold {days} days.", "Give a number of days from 1 to 3650."
            )
        secret = _PREFIX + secrets.token_urlsafe(32)
        moment = now()
        with self._store.writing() as db:
            user_id = db.scalar(sa.select(USERS.c.user_id).where(USERS.c.login == normal))
            if user_id is None:
                raise AccountError(
                    f"There is no user {normal!r}.", "`parvis user list` shows those there are."
                )
            made = db.execute(
                TOKENS.insert().values(
                    secret_hash=hash_secret(secret),
                    user_id=user_id,
                    label=label.strip()[:200],
                    start=secret[:12],
                    created_at=moment,
                    expires_at=None if days is None else moment + timedelta(days=days),
                )
            )
            token_id = int(made.inserted_primary_key[0])  # type: ignore[index]
            note(db, "token.created", actor=actor, subject=normal, detail=label.strip()[:200])
            row = db.execute(_listed().where(TOKENS.c.token_id == token_id)).one()
        return NewToken(_token(row), secret)

    def list(self) -> tuple[Token, ...]:
        """Return all tokens, the newest first."""
        with self._store.reading() as db:
            rows = db.execute(_listed().order_by(TOKENS.c.token_id.desc()))
            return tuple(_token(r) for r in rows)

    def revoke(self, token_id: int, *, actor: str | None = None) -> None:
        """Make a token invalid, at once.

        Raises
        ------
        AccountError
            There is no such token.
        """
        with self._store.writing() as db:
            changed = db.execute(
                TOKENS.update()
                .where(TOKENS.c.token_id == token_id, TOKENS.c.revoked_at.is_(None))
                .values(revoked_at=now())
            )
            if changed.rowcount == 0:
                raise AccountError(
                    f"There is no valid token {token_id}.", "`parvis token list` shows all."
                )
            note(db, "token.revoked", actor=actor, subject=str(token_id))

    def user(self, secret: str) -> User | None:
        """Return whose token a secret is; null where it is unknown, expired or revoked."""
        if not secret.startswith(_PREFIX):
            return None
        moment = now()
        query = (
            sa.select(USERS, TOKENS.c.token_id, TOKENS.c.expires_at, TOKENS.c.last_used_at)
            .join_from(TOKENS, USERS)
            .where(TOKENS.c.secret_hash == hash_secret(secret), TOKENS.c.revoked_at.is_(None))
        )
        with self._store.reading() as db:
            row = db.execute(query).one_or_none()
        if row is None or (row.expires_at is not None and row.expires_at <= moment):
            return None
        if row.last_used_at is None or row.last_used_at + _USED_EVERY <= moment:
            with self._store.writing() as db:
                db.execute(
                    TOKENS.update()
                    .where(TOKENS.c.token_id == row.token_id)
                    .values(last_used_at=moment)
                )
        return user_of(row)


def _listed() -> sa.Select[Any]:
    return sa.select(TOKENS, USERS.c.login).join_from(TOKENS, USERS)


def _token(row: sa.Row[*tuple[Any, ...]]) -> Token:
    return Token(
        row.token_id,
        row.login,
        row.label,
        row.start,
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
    )
