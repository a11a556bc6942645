"""The settings of a workspace (`parvis.toml`), checked key by key."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from parvis.domain.money import ExchangeRate, checked_currency
from parvis.errors import SettingsError, UnknownCurrency

__all__ = ["Settings", "default_toml", "parse_settings"]


def _zone(name: str) -> str:
    if name not in available_timezones():
        near = difflib.get_close_matches(name, available_timezones(), 1)
        raise ValueError(
            "expected an IANA time zone such as Europe/Paris"
            + (f"; did you mean {near[0]}?" if near else "")
        )
    return name


def _currency(code: str) -> str:
    try:
        return checked_currency(code)
    except UnknownCurrency as error:
        raise ValueError("expected an ISO 4217 code such as EUR, USD or GBP") from error


Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class WorkspaceSettings(_Section):
    """What the workspace is called, and the language of its pages until a user chooses."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    language: Literal["en", "fr"] = "en"


class TimeSettings(_Section):
    """Where days and weeks begin, and up to when the tables speak."""

    zone: Zone = "UTC"
    as_of: Literal["today"] | date = "today"


class RateSettings(_Section):
    """One unit of a currency in the base currency, from a day on."""

    currency: Currency
    valid_from: Annotated[date, Field(alias="from")]
    # eight decimals are kept: a smaller rate would become nothing
    rate: Annotated[Decimal, Field(ge=Decimal("1e-8"), le=Decimal("1e9"))]


def _distinct(rates: tuple[RateSettings, ...]) -> tuple[RateSettings, ...]:
    seen = set()
    for rate in rates:
        if (rate.currency, rate.valid_from) in seen:
            raise ValueError(
                f"expected one rate for {rate.currency} from {rate.valid_from}, not two"
            )
        seen.add((rate.currency, rate.valid_from))
    return rates


class MoneySettings(_Section):
    """The currency in which sums are told, and what the others are worth in it."""

    currency: Currency = "EUR"
    rates: Annotated[tuple[RateSettings, ...], AfterValidator(_distinct)] = ()

    def exchange_rates(self) -> tuple[ExchangeRate, ...]:
        """Return the rates as the domain knows them."""
        return tuple(ExchangeRate(r.currency, r.valid_from, r.rate) for r in self.rates)


class LakeSettings(_Section):
    """How the tables are kept."""

    encrypted: bool = True
    memory_gib: Annotated[float, Field(ge=0.25, le=4096)] = 2.0
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30


class SessionSettings(_Section):
    """What one visit is."""

    inactivity_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    max_days: Annotated[int, Field(ge=1, le=30)] = 3
    max_delay_days: Annotated[int, Field(ge=1, le=365)] = 3


class BuildSettings(_Section):
    """When the tables are built again."""

    every_minutes: Annotated[int, Field(ge=1, le=1440)] = 15


class WebSettings(_Section):
    """Where the pages are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8484


class Settings(_Section):
    """All settings of a workspace."""

    workspace: WorkspaceSettings
    time: TimeSettings = TimeSettings()
    money: MoneySettings = MoneySettings()
    lake: LakeSettings = LakeSettings()
    sessions: SessionSettings = SessionSettings()
    build: BuildSettings = BuildSettings()
    web: WebSettings = WebSettings()


_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "string_type": "a text in quotes",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "tuple_type": "a list",
    "model_type": "a section",
    "date_from_datetime_parsing": "a date such as 2026-11-22",
}


def parse_settings(text: str, path: Path) -> Settings:
    r"""Read the text of a `parvis.toml`.

    Parameters
    ----------
    text
        The file's content.
    path
        Where it is, for the message of an error.

    Raises
    ------
    SettingsError
        With each wrong key, its value, what was expected, and the nearest key that exists.

    Examples
    --------
    >>> parse_settings('[workspace]\nname = "shop"', Path("parvis.toml")).time.zone
    'UTC'
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path} is not valid TOML: {error}.",
            "Mend that line; `parvis init --print-settings` shows a whole valid file.",
        ) from error
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        problems = [_problem(dict(e)) for e in error.errors()]
        raise SettingsError(
            f"{path}: " + "; ".join(dict.fromkeys(problems)) + ".",
            "Correct the file and run the command again; "
            "`parvis init --print-settings` shows every key with its default.",
        ) from error


def _problem(error: Mapping[str, Any]) -> str:
    # a union reports once per member: the member's name isn't part of the key
    place = [p for p in error["loc"] if isinstance(p, int) or not str(p).startswith("literal[")]
    if place and place[-1] == "date":
        place = place[:-1]
    key = ".".join(str(p) for p in place)
    kind = str(error["type"])
    if key == "time.as_of":
        return f'{key} = {error["input"]!r}: expected "today" or a date such as 2026-11-22'
    if kind == "missing":
        return f"{key} is missing"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _known(place[:-1]), 1)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(_known(place[:-1]))}"
        return f"{key} is not a setting{hint}"
    expected = _EXPECTED.get(kind, "")
    if not expected:
        expected = str(error["msg"])
        expected = expected.removeprefix("Value error, ").removeprefix("expected ")
        expected = expected.removeprefix("Input should be ")
    return f"{key} = {error['input']!r}: expected {expected}"


def _known(place: Iterable[Any]) -> list[str]:
    model: Any = Settings
    for part in place:
        model = RateSettings if isinstance(part, int) else model.model_fields[part].annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            model = RateSettings
    return [f.alias or name for name, f in model.model_fields.items()]


def _quoted(text: str) -> str:
    # JSON's strings are TOML's, but for the one control character that JSON lets pass
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def default_toml(name: str, zone: str, currency: str, as_of: str, language: str) -> str:
    """Write the text of a new workspace's `parvis.toml`, every key explained."""
    when = as_of if _is_day(as_of) else _quoted(as_of)
    title, place, unit, tongue = map(_quoted, (name, zone, currency, language))
    return f"""\
# The settings of a Parvis workspace. Every key is shown; those that may be left out say so.

[workspace]
name = {title}
language = {tongue}              # en or fr: the pages' language until a user chooses

[time]
zone = {place}    # where days and weeks begin; events themselves are kept in UTC
as_of = {when}          # "today", or a date: the tables then speak as of that day's beginning

[money]
currency = {unit}             # sums are told in this currency; each amount keeps its own
# [[money.rates]]              # one unit of a currency in the base currency, from a day on
# currency = "GBP"
# from = 2026-01-01
# rate = 1.15

[lake]
encrypted = true               # off: any engine can read the Parquet files
memory_gib = 2                 # the most that one process of Parvis takes to compute
keep_days = 30                 # how long the lake's past states can be read again

[sessions]
inactivity_minutes = 30        # a visit ends after this long without an event
max_days = 3                   # an open browser's visit is closed after this long
max_delay_days = 3             # an event that its device kept longer opens no visit

[build]
every_minutes = 15             # the worker builds at least this often, and after each import

[web]
host = "127.0.0.1"
port = 8484
"""
