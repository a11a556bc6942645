"""The errors that Parvis raises on purpose, in one tree.

::

    ParvisError
    ├── WorkspaceError          a workspace is missing, or its folder can't be used
    │   ├── WorkspaceNotFound
    │   ├── SettingsError       parvis.toml: the key, the value, what was expected
    │   └── WorkspaceBusy       another process is building
    ├── LakeError               the tables
    │   ├── CatalogUnreadable   the catalog is damaged or of a newer Parvis
    │   ├── DiskFull
    │   └── UnknownTable
    ├── SourceError             a file or a silo that can't be read
    │   ├── FileUnreadable
    │   ├── MappingError        columns that can't be matched to fields
    │   └── ConnectorError      a network that can't be read
    │       ├── PeerUnreachable no answer, or none that makes sense
    │       ├── PeerRefused     the login, the password or the right isn't accepted
    │       └── PeerBusy        it asks to wait; says until when
    ├── MatchingError           fields or rules by which records can't be compared
    ├── IdentityError           who is who
    │   └── DecisionError       a decision that can't be taken over
    ├── SimulationError         a made-up brand can't be written
    │   └── WorldError          its parameters: the key, the value, the range
    ├── ListeningError          what people say can't be read as asked
    │   ├── ModelError          a model isn't there, or isn't the one it should be
    │   └── PictureError        a picture that is none, is damaged, or is too large to be opened
    ├── MeasureError            what marketing achieves can't be measured as asked
    │   ├── NothingToMeasure    there is no spending, or nothing that it could have made
    │   └── PlanRefused         an experiment can't be as it is told: the field, the value, why
    ├── MoneyError
    │   ├── UnknownCurrency
    │   └── CurrencyMismatch    a sum would mix two currencies
    └── AccessError             login, rights
        ├── WrongPassword
        ├── TooManyAttempts     says when to try again
        ├── NotAllowed          the role doesn't include it
        └── AccountError        an account can't be made or changed as asked
            ├── LoginTaken
            └── WeakPassword

A message says what happened, the value, what was expected, and what to do next.
"""

from __future__ import annotations

from datetime import datetime

__all__ = [
    "AccessError",
    "AccountError",
    "CatalogUnreadable",
    "ConnectorError",
    "CurrencyMismatch",
    "DecisionError",
    "DiskFull",
    "FileUnreadable",
    "IdentityError",
    "LakeError",
    "ListeningError",
    "LoginTaken",
    "MappingError",
    "MatchingError",
    "MeasureError",
    "ModelError",
    "MoneyError",
    "NotAllowed",
    "NothingToMeasure",
    "ParvisError",
    "PeerBusy",
    "PeerRefused",
    "PeerUnreachable",
    "PictureError",
    "PlanRefused",
    "SettingsError",
    "SimulationError",
    "SourceError",
    "TooManyAttempts",
    "UnknownCurrency",
    "UnknownTable",
    "WeakPassword",
    "WorkspaceBusy",
    "WorkspaceError",
    "WorkspaceNotFound",
    "WorldError",
    "WrongPassword",
]


class ParvisError(Exception):
    """Base of all errors that Parvis raises on purpose.

    Parameters
    ----------
    what
        What happened, with the value.
    next_step
        What the reader can do about it.
    """

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what}\n{self.next_step}" if self.next_step else self.what


class WorkspaceError(ParvisError):
    """A workspace folder can't be used as it is."""


class WorkspaceNotFound(WorkspaceError):
    """There is no workspace at the path that was given."""


class SettingsError(WorkspaceError):
    """A value in parvis.toml isn't what it must be."""


class WorkspaceBusy(WorkspaceError):
    """Another process holds what this one needs."""


class LakeError(ParvisError):
    """The tables can't be read or written."""


class CatalogUnreadable(LakeError):
    """The catalog is damaged, or was written by a newer Parvis."""


class DiskFull(LakeError):
    """There is no room left; nothing of the write was kept."""


class UnknownTable(LakeError):
    """A table was asked for that the lake doesn't have."""


class SourceError(ParvisError):
    """A silo or a file can't be read."""


class FileUnreadable(SourceError):
    """A file is missing, empty, or not of the format that was expected."""


class MappingError(SourceError):
    """The columns of a file can't be matched to the fields that are needed."""


class ConnectorError(SourceError):
    """A network can't be read, or its connector can't be set up as asked."""


class PeerUnreachable(ConnectorError):
    """A server gives no answer, or none that makes sense."""


class PeerRefused(ConnectorError):
    """A server doesn't accept the login, the password or what was asked."""


class PeerBusy(ConnectorError):
    """A server asks to wait.

    Parameters
    ----------
    again_at
        From when on (UTC) it can be asked again.
    """

    def __init__(self, what: str, next_step: str, again_at: datetime) -> None:
        super().__init__(what, next_step)
        self.again_at = again_at


class ListeningError(ParvisError):
    """What people say can't be read as asked."""


class ModelError(ListeningError):
    """A model isn't there, or isn't the one it should be."""


class PictureError(ListeningError):
    """What should be a picture is none, is damaged, or is too large to be opened."""


class MeasureError(ParvisError):
    """What marketing achieves can't be measured as asked."""


class NothingToMeasure(MeasureError):
    """There is no spending, or nothing that it could have made.

    Parameters
    ----------
    kind
        Which of them, as `measure.problems` names it.
    """

    def __init__(self, what: str, next_step: str, kind: str) -> None:
        super().__init__(what, next_step)
        self.kind = kind


class PlanRefused(MeasureError):
    """An experiment can't be as it is told.

    Parameters
    ----------
    reason
        Why, as a code of the quarantine.
    field, value
        What is wrong, and as it was told.
    """

    def __init__(self, what: str, next_step: str, reason: str, field: str, value: str) -> None:
        super().__init__(what, next_step)
        self.reason, self.field, self.value = reason, field, value


class MatchingError(ParvisError):
    """Records can't be compared by these fields or rules."""


class IdentityError(ParvisError):
    """Who is who can't be told or changed as asked."""


class DecisionError(IdentityError):
    """A decision on two identifiers can't be taken over."""


class SimulationError(ParvisError):
    """A made-up brand can't be written."""


class WorldError(SimulationError):
    """The parameters of a made-up brand are wrong."""


class MoneyError(ParvisError):
    """Amounts that can't be added up."""


class UnknownCurrency(MoneyError):
    """Not an ISO 4217 currency code."""


class CurrencyMismatch(MoneyError):
    """A sum would mix two currencies without a rate."""


class AccessError(ParvisError):
    """Somebody may not do what they tried."""


class WrongPassword(AccessError):
    """The login or the password isn't right."""


class TooManyAttempts(AccessError):
    """Too many failed logins; wait.

    Parameters
    ----------
    again_at
        From when on (UTC) it can be tried again.
    """

    def __init__(self, what: str, next_step: str, again_at: datetime) -> None:
        super().__init__(what, next_step)
        self.again_at = again_at


class NotAllowed(AccessError):
    """The role of the user doesn't include what they tried."""


class AccountError(AccessError):
    """An account can't be made or changed as asked."""


class LoginTaken(AccountError):
    """Another user has that login."""


class WeakPassword(AccountError):
    """The password isn't accepted."""
