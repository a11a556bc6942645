"""Passwords: what is accepted, how they are kept, how they are checked."""

from __future__ import annotations

import hashlib
import secrets
import threading
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from parvis.errors import WeakPassword

__all__ = ["MIN_LENGTH", "checked_password", "hash_password", "hash_secret", "is_password"]

#: Length is what makes a password hard to guess; no rules about digits or signs.
MIN_LENGTH: Final = 10
_MAX_LENGTH: Final = 200

_HASHER: Final = PasswordHasher()

# each hash takes 64 MiB on purpose: a flood of logins must not take the machine's memory
_AT_ONCE: Final = threading.BoundedSemaphore(2)


@cache
def _nobodys_hash() -> str:
    """Return what an unknown login is checked against, so that it takes as long as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(16))


def checked_password(password: str, login: str) -> str:
    """Return a password in the form in which it is hashed, or say why it isn't accepted.

    Raises
    ------
    WeakPassword
        Too short, too long, or the login itself.
    """
    normal = unicodedata.normalize("NFKC", password)
    if not MIN_LENGTH <= len(normal) <= _MAX_LENGTH:
        raise WeakPassword(
            f"The password has {len(normal)} characters.",
            f"Choose one of {MIN_LENGTH} to {_MAX_LENGTH} characters; a few words do well.",
        )
    if normal.casefold() == login.casefold() or len(set(normal)) < 4:
        raise WeakPassword(
            "The password is too easy to guess.",
            "Choose one that is not the login and not a repeated character.",
        )
    return normal


def hash_password(password: str) -> str:
    """Turn a checked password into what is kept (argon2id)."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the right one.

    Parameters
    ----------
    password
        What was typed.
    password_hash
        What is kept; null where there is no such user: then the answer is no, after as
        much work.
    """
    normal = unicodedata.normalize("NFKC", password)[: _MAX_LENGTH + 1]
    nobodys = _nobodys_hash()
    with _AT_ONCE:
        try:
            right = _HASHER.verify(password_hash or nobodys, normal)
        except (VerificationError, InvalidHashError):
            return False
    return right and password_hash is not None


def hash_secret(secret: str) -> str:
    """Hash a random secret (a session's, a token's); it has entropy enough for one round."""
    return hashlib.sha256(secret.encode()).hexdigest()
