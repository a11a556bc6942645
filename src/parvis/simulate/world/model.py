"""What can be said of a simulated brand, each value with its range."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from parvis.simulate.texts import TOPICS

__all__ = ["Channel", "City", "Experiment", "Product", "World"]

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\"\\;,]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Named(_Part):
    name: Name

    @property
    def stem(self) -> str:
        """The name as part of a file's name."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "unnamed"


class Brand(_Part):
    """Who the brand is, where its clocks stand and what it earns."""

    name: Name
    handle: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")]
    site: Annotated[str, Field(pattern=r"^https?://[^\s\"\\]+$")]
    mail: Annotated[str, Field(pattern=r"^[a-z0-9._-]+@[a-z0-9.-]+$")]
    zone: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    starts_on: date
    margin: Annotated[float, Field(gt=0, le=1)]

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("expected an IANA zone such as Europe/Paris")
        return value


class Promotion(_Part):
    """Days on which all prices are cut."""

    starts_on: date
    days: Annotated[int, Field(ge=1, le=366)]
    cut: Annotated[float, Field(gt=0, lt=1)]


class Demand(_Part):
    """What people would buy if nobody advertised."""

    orders_a_year: Annotated[float, Field(gt=0, le=400)]
    spread: Positive
    trend: Annotated[float, Field(ge=-0.9, le=5)]
    season: Annotated[float, Field(ge=0, lt=1)]
    weekdays: Annotated[tuple[Positive, ...], Field(min_length=7, max_length=7)]
    weather: Annotated[float, Field(ge=0, le=1)]
    weather_days: Positive
    elasticity: NotNegative
    store_share: Share
    promotions: tuple[Promotion, ...] = ()


class People(_Part):
    """Who the customers are."""

    newcomer_share: Share
    stay_days: Positive
    stay_spread: Positive
    account_share: Share
    loyalty_share: Share
    household_share: Share
    other_language_share: Share
    phone_share: Share
    laptop_share: Share
    tablet_share: Share
    fediverse_share: Share
    bluesky_share: Share
    machine_share: Share


class Web(_Part):
    """What happens on the site."""

    visits_a_year: Annotated[float, Field(ge=0, le=2000)]
    before_order: Annotated[float, Field(ge=0, le=50)]
    before_store: Annotated[float, Field(ge=0, le=50)]
    strangers: Annotated[float, Field(ge=0, le=100)]
    pages: Annotated[float, Field(ge=1, le=100)]
    refuse_share: Share
    cookie_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=3650)], ...], Field(min_length=3, max_length=3)
    ]
    login_share: Share
    declared_robots: Annotated[float, Field(ge=0, le=10)]
    hidden_robots: Annotated[float, Field(ge=0, le=10)]


class Social(_Part):
    """What people say on networks and in reviews."""

    posts_a_year: Annotated[float, Field(ge=0, le=2000)]
    strangers: Annotated[float, Field(ge=0, le=100)]
    replies: Annotated[float, Field(ge=0, le=50)]
    likes: Annotated[float, Field(ge=0, le=500)]
    spam_share: Share
    review_share: Share
    negative_share: Share
    word_of_mouth: Annotated[float, Field(ge=0, le=5)]
    word_of_mouth_days: Positive


class Blog(_Part):
    """The brand's blog."""

    articles_a_month: Annotated[float, Field(ge=0, le=200)]
    comments: Annotated[float, Field(ge=0, le=1000)]


class Mail(_Part):
    """Mails to the brand."""

    problem_share: Share
    answer_share: Share


class Devices(_Part):
    """The connected machines."""

    messages_a_day: Annotated[float, Field(ge=0, le=1440)]
    offline_share: Share
    wrong_clock_share: Share


class Crm(_Part):
    """The mess in the CRM."""

    contact_share: Share
    duplicate_share: Share
    typo_share: Share


class Advertising(_Part):
    """The budget."""

    budget_share: Annotated[float, Field(ge=0, le=2)]


class Channel(_Named):
    """One way of advertising, and what it truly does."""

    account: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    source: Annotated[str, Field(pattern=r"^[a-z0-9._-]{0,40}$")] = ""
    medium: Annotated[str, Field(pattern=r"^[a-z0-9._-]{0,40}$")] = ""
    share: Share
    roas: Annotated[float, Field(ge=0, le=100)]
    half_life_days: Annotated[float, Field(gt=0, le=365)]
    half_saturation: Annotated[float, Field(gt=0, le=100)]
    slope: Annotated[float, Field(gt=0, le=8)]
    follows_demand: Annotated[float, Field(ge=0, le=4)]
    noise: Annotated[float, Field(ge=0, le=2)]
    flight_days: (
        Annotated[
            tuple[Annotated[int, Field(ge=1, le=366)], ...], Field(min_length=2, max_length=2)
        ]
        | None
    ) = None
    cost_per_click: NotNegative
    click_rate: Share
    credit: Share
    reaches: Literal["everyone", "visitors", "contacts"] = "everyone"
    campaigns: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]


class Experiment(_Part):
    """A randomised holdout of people, or a changed budget in some towns."""

    name: Name
    kind: Literal["holdout", "cities"]
    channel: str
    starts_on: date
    days: Annotated[int, Field(ge=1, le=366)]
    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    cities: tuple[str, ...] = ()
    budget: Annotated[float, Field(ge=0, le=10)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "holdout" and self.share is None:
            raise ValueError("expected a share for a holdout, above 0 and below 1")
        if self.kind == "cities" and (self.budget is None or not self.cities):
            raise ValueError("expected cities and a budget (times the usual) for a city test")
        return self


class Crisis(_Part):
    """The day on which something breaks."""

    starts_at: datetime
    topic: str
    days: Positive
    posts: Annotated[float, Field(ge=0, le=1000)]
    demand: Share


class City(_Part):
    """A town with its customers."""

    name: Name
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    language: Literal["fr", "en"]
    share: Share
    postal_code: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
    store: bool


class Category(_Part):
    """A kind of product, and how it is called within a sentence."""

    name: Name
    fr: Name
    en: Name


class Product(_Part):
    """What is sold."""

    sku: Name
    name: Name
    category: str
    price: Annotated[float, Field(gt=0, le=100_000)]
    weight: Positive


class Competitor(_Named):
    """Who else sells it."""

    campaigns_a_month: Annotated[float, Field(ge=0, le=200)]


class World(_Part):
    """All parameters of a simulated brand."""

    brand: Brand
    demand: Demand
    people: People
    web: Web
    social: Social
    blog: Blog
    mail: Mail
    devices: Devices
    crm: Crm
    advertising: Advertising
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=30)]
    cities: Annotated[tuple[City, ...], Field(min_length=1, max_length=500)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=200)]
    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=20_000)]
    competitors: tuple[Competitor, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    crisis: Crisis | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _sums_to_one("cities", [c.share for c in self.cities])
        if self.advertising.budget_share:
            _sums_to_one("channels", [c.share for c in self.channels])
        for part in ("channels", "cities", "categories", "products", "experiments"):
            _are_different(part, [getattr(x, "sku", x.name) for x in getattr(self, part)])
        for part in ("channels", "competitors"):
            _are_different(part, [x.stem for x in getattr(self, part)])
        categories = [c.name for c in self.categories]
        for i, product in enumerate(self.products):
            _is_one_of(f"products.{i}.category", product.category, categories)
        channels, cities = [c.name for c in self.channels], [c.name for c in self.cities]
        if self.crisis is not None:
            _is_one_of("crisis.topic", self.crisis.topic, TOPICS)
        for i, experiment in enumerate(self.experiments):
            _is_one_of(f"experiments.{i}.channel", experiment.channel, channels)
            for city in experiment.cities:
                _is_one_of(f"experiments.{i}.cities", city, cities)
        return self


def _sums_to_one(key: str, shares: Sequence[float]) -> None:
    total = sum(shares)
    if abs(total - 1) > 0.001:
        raise ValueError(f"{key}: the shares sum to {total:.3f}: expected 1")


def _are_different(key: str, names: Sequence[str]) -> None:
    double = sorted({n for n in names if names.count(n) > 1}) if len(names) < 1000 else []
    if double:
        raise ValueError(f"{key}: {double[0]!r} stands there twice: expected different names")


def _is_one_of(key: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
        raise ValueError(f"{key} = {value!r}: expected one of {shown}")
