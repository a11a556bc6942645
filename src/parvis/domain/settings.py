"""The settings of a workspace (`parvis.toml`), checked key by key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from parvis.domain.identifiers.phones import phone_norm
from parvis.domain.money import ExchangeRate, checked_currency
from parvis.domain.settings_text import default_toml
from parvis.errors import SettingsError, UnknownCurrency

__all__ = ["IdentitySettings", "ListenSettings", "Settings", "default_toml", "parse_settings"]


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


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", code):
        raise ValueError("expected an ISO 3166 code of two letters such as FR, US or GB")
    return code.upper()


def _domain(name: str) -> str:
    plain = name.strip().lower()
    if not re.fullmatch(r"(?:[^\s@./:*]+\.)+[^\s@./:*]{2,}", plain):
        raise ValueError("expected a domain such as shop.example, without @, * and https://")
    return plain


def _phone(number: str) -> str:
    if not re.fullmatch(r"[+(]?[0-9][0-9 ().\-]{4,30}", number.strip()):
        raise ValueError("expected a telephone number such as +33 1 23 45 67 89")
    return number.strip()


def _pattern(text: str) -> str:
    plain = text.strip().lower()
    if not plain.replace("*", ""):
        raise ValueError("expected a value, in which * stands for any signs: noreply@*")
    return plain


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
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30


class SessionSettings(_Section):
    """What one visit is."""

    inactivity_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    max_days: Annotated[int, Field(ge=1, le=30)] = 3
    max_delay_days: Annotated[int, Field(ge=1, le=365)] = 3


#: How many values of a kind one customer may have.
_MAX_VALUES = {
    "user_id": 1,
    "contact_id": 5,
    "email": 8,
    "phone": 8,
    "device_id": 20,
    "anonymous_id": 500,
    "default": 50,
}


def _with_defaults(given: Any) -> Any:
    return {**_MAX_VALUES, **given} if isinstance(given, Mapping) else given


class IdentitySettings(_Section):
    """When identifiers are one customer, and what stops that.

    Examples
    --------
    >>> IdentitySettings().max_values_of("email"), IdentitySettings().max_values_of("fediverse")
    (8, 50)
    """

    country: Annotated[str, AfterValidator(_country)] = "FR"
    never_alone: tuple[Annotated[str, Field(min_length=1)], ...] = (
        "ip",
        "ip_address",
        "user_agent",
        "name",
        "first_name",
        "last_name",
        "birth_date",
        "postal_code",
        "reviewer",
        "blog_author",
    )
    blocked: tuple[Annotated[str, AfterValidator(_pattern)], ...] = (
        "noreply@*",
        "no-reply@*",
        "donotreply@*",
        "do-not-reply@*",
        "postmaster@*",
        "mailer-daemon@*",
    )
    own_domains: tuple[Annotated[str, AfterValidator(_domain)], ...] = ()
    own_phones: tuple[Annotated[str, AfterValidator(_phone)], ...] = ()
    max_size: Annotated[int, Field(ge=2, le=1_000_000)] = 1000
    max_persons: Annotated[int, Field(ge=1, le=1000)] = 1
    shared_share: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    merge_precision: Annotated[float, Field(ge=0.5, lt=1)] = 0.99
    review_probability: Annotated[float, Field(ge=0.01, lt=1)] = 0.5
    match_every_days: Annotated[int, Field(ge=1, le=365)] = 1
    max_values: Annotated[
        dict[str, Annotated[int, Field(ge=1, le=1_000_000)]], BeforeValidator(_with_defaults)
    ] = _MAX_VALUES

    @field_validator("own_phones")
    @classmethod
    def _dialled(cls, numbers: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        country = info.data.get("country", "FR")
        for number in numbers:
            if phone_norm(number, country).normal is None:
                raise ValueError(
                    f"expected numbers that {country} has, or with + and a country's number; "
                    f"{number} is none"
                )
        return numbers

    def max_values_of(self, kind: str) -> int:
        """Return how many values of a kind one customer may have."""
        return self.max_values.get(kind, self.max_values["default"])


class NameSettings(_Section):
    """A brand, product, competitor or aspect that texts may name."""

    kind: Literal["brand", "product", "competitor", "aspect"]
    name: Annotated[str, Field(min_length=2, max_length=100)]
    aliases: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    context: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    not_with: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class ListenSettings(_Section):
    """How what people say is read, and when somebody is told."""

    tier: Literal["fast", "best"] = "fast"
    read_again_below: Annotated[float, Field(ge=0, le=1)] = 0.5
    read_again_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    false_alarms: Annotated[float, Field(gt=0, le=90)] = 0.3
    history_days: Annotated[int, Field(ge=7, le=365)] = 28
    pictures: bool = True
    aspects: bool = True
    webhook: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    mail_to: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()
    mail_server: Annotated[str, Field(pattern=r"^(smtps?://\S+)?$")] = ""
    names: tuple[NameSettings, ...] = ()

    @field_validator("names")
    @classmethod
    def _once(cls, names: tuple[NameSettings, ...]) -> tuple[NameSettings, ...]:
        seen: set[str] = set()
        for one in names:
            if one.name.casefold() in seen:
                raise ValueError(f"expected each name once; {one.name} stands twice")
            seen.add(one.name.casefold())
        return names


class MeasureSettings(_Section):
    """What marketing may be credited with, and what a sale is worth."""

    click_days: Annotated[int, Field(ge=1, le=365)] = 30
    view_days: Annotated[int, Field(ge=1, le=365)] = 7
    margin: Annotated[float, Field(gt=0, le=1)] | None = None
    every_days: Annotated[int, Field(ge=0, le=365)] = 1
    period: Literal["week", "day"] = "week"


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
    identity: IdentitySettings = IdentitySettings()
    listen: ListenSettings = ListenSettings()
    measure: MeasureSettings = MeasureSettings()
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
    "float_parsing": "a number",
    "float_type": "a number",
    "tuple_type": "a list",
    "dict_type": "a section",
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
