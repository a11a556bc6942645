"""Users: add, list, change, remove, and the first of them."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Any

import sqlalchemy as sa

from parvis.errors import AccessError, AccountError, LoginTaken
from parvis.trust.audit import note
from parvis.trust.contracts import Role, User
from parvis.trust.passwords import checked_password, hash_password
from parvis.trust.store import SESSIONS, SETUP, USERS, Store, now

__all__ = ["Users", "checked_login", "user_of"]

_SHOWN = (
    USERS.c.user_id,
    USERS.c.login,
    USERS.c.name,
    USERS.c.role,
    USERS.c.created_at,
    USERS.c.last_login_at,
)


def user_of(row: sa.Row[*tuple[Any, ...]]) -> User:
    """Turn a row of `users` into a user."""
    return User(row.user_id, row.login, row.name, Role(row.role), row.created_at, row.last_login_at)


def checked_login(login: str) -> str:
    """Return a login in the form in which it is kept.

    Raises
    ------
    AccountError
        Empty, too long, or with blanks.

    Examples
    --------
    >>> checked_login(" Ana@Shop.example ")
    'ana@shop.example'
    """
    normal = unicodedata.normalize("NFKC", login).strip().casefold()
    if not normal or len(normal) > 120 or any(not c.isprintable() or c.isspace() for c in normal):
        raise AccountError(
            f"{login!r} can't be a login.",
            "Give a name or a mail address without blanks, of 120 characters at most.",
        )
    return normal


class Users:
    """The users of a workspace."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def any(self) -> bool:
        """Tell whether there is one already."""
        with self._store.reading() as db:
            return db.scalar(sa.select(USERS.c.user_id).limit(1)) is not None

    def list(self) -> tuple[User, ...]:
        """Return all users by login."""
        with self._store.reading() as db:
            return tuple(user_of(r) for r in db.execute(sa.select(*_SHOWN).order_by("login")))

    def add(
        self,
        login: str,
        password: str,
        *,
        name: str = "",
        role: Role = Role.VIEWER,
        actor: str | None = None,
    ) -> User:
        """Add a user.

        Raises
        ------
        LoginTaken
            There is one of that login.
        WeakPassword
            The password isn't accepted.
        """
        values = _new_user(login, password, name, role)
        with self._store.writing() as db:
            user = _insert(db, values)
            note(db, "user.added", actor=actor, subject=user.login, detail=user.role)
        return user

    def set_password(self, login: str, password: str, *, actor: str | None = None) -> None:
        """Change a password; all of the user's sessions end.

        Raises
        ------
        AccountError
            There is no such user.
        WeakPassword
            The password isn't accepted.
        """
        normal = checked_login(login)
        password_hash = hash_password(checked_password(password, normal))
        with self._store.writing() as db:
            user_id = _found(db, normal)
            db.execute(
                USERS.update().where(USERS.c.user_id == user_id).values(password_hash=password_hash)
            )
            db.execute(SESSIONS.delete().where(SESSIONS.c.user_id == user_id))
            note(db, "user.password_changed", actor=actor, subject=normal)

    def remove(self, login: str, *, actor: str | None = None) -> None:
        """Remove a user with their sessions and tokens.

        Raises
        ------
        AccountError
            There is no such user, or it is the last administrator.
        """
        normal = checked_login(login)
        with self._store.writing() as db:
            user_id = _found(db, normal)
            others = sa.select(sa.func.count()).where(
                USERS.c.role == Role.ADMIN.value, USERS.c.user_id != user_id
            )
            if not db.scalar(others):
                raise AccountError(
                    f"{normal} is the last administrator.", "Add another administrator first."
                )
            db.execute(USERS.delete().where(USERS.c.user_id == user_id))
            note(db, "user.removed", actor=actor, subject=normal)

    # the first one

    def setup_secret(self) -> str | None:
        """Return the secret that lets its reader make the administrator.

        Returns
        -------
        str or None
            The same until it is used; null once there is a user.
        """
        with self._store.writing() as db:
            if db.scalar(sa.select(USERS.c.user_id).limit(1)) is not None:
                return None
            known = db.scalar(sa.select(SETUP.c.secret))
            if known is not None:
                return str(known)
            secret = secrets.token_urlsafe(24)
            db.execute(SETUP.insert().values(secret=secret))
            return secret

    def set_up(self, secret: str, login: str, password: str, *, name: str = "") -> User:
        """Make the administrator, once.

        Raises
        ------
        AccessError
            The secret isn't the one that was printed, or was used.
        """
        expected = self.setup_secret()
        if expected is None or not secrets.compare_digest(expected.encode(), secret.encode()):
            raise AccessError(
                "This set-up link isn't valid, or was used already.",
                "Use the link that `parvis web` prints, or log in.",
            )
        values = _new_user(login, password, name, Role.ADMIN)
        with self._store.writing() as db:
            # two at once: the second finds a user
            if db.scalar(sa.select(USERS.c.user_id).limit(1)) is not None:
                raise AccessError("There is an administrator already.", "Log in.")
            user = _insert(db, values)
            db.execute(SETUP.delete())
            note(db, "user.added", actor=user.login, subject=user.login, detail="set-up")
        return user


def _new_user(login: str, password: str, name: str, role: Role) -> dict[str, Any]:
    normal = checked_login(login)
    return {
        "login": normal,
        "name": name.strip()[:200] or login.strip(),
        "role": role.value,
        "password_hash": hash_password(checked_password(password, normal)),
        "created_at": now(),
    }


def _insert(db: sa.Connection, values: dict[str, Any]) -> User:
    login = values["login"]
    if db.scalar(sa.select(USERS.c.user_id).where(USERS.c.login == login)) is not None:
        raise LoginTaken(f"There is a user {login!r} already.", "Choose another login.")
    db.execute(USERS.insert().values(**values))
    return user_of(db.execute(sa.select(*_SHOWN).where(USERS.c.login == login)).one())


def _found(db: sa.Connection, login: str) -> int:
    user_id = db.scalar(sa.select(USERS.c.user_id).where(USERS.c.login == login))
    if user_id is None:
        raise AccountError(
            f"There is no user {login!r}.", "`parvis user list` shows those there are."
        )
    return int(user_id)
