"""The text of a new workspace's `parvis.toml`, every key explained."""

from __future__ import annotations

import json
from datetime import date

__all__ = ["default_toml"]


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
threads = 0                    # the most cores that one process takes to compute; 0: all
keep_days = 30                 # how long the lake's past states can be read again

[sessions]
inactivity_minutes = 30        # a visit ends after this long without an event
max_days = 3                   # an open browser's visit is closed after this long
max_delay_days = 3             # an event that its device kept longer opens no visit

[identity]
country = "FR"                 # two letters: where telephone numbers without +33 or the like are
# kinds that never make two identifiers one customer
never_alone = [
    "ip", "ip_address", "user_agent",
    "name", "first_name", "last_name", "birth_date", "postal_code", "reviewer", "blog_author",
]
# values that are nobody's, of any kind; * stands for any signs: add the shop's own addresses
blocked = [
    "noreply@*", "no-reply@*", "donotreply@*", "do-not-reply@*",
    "postmaster@*", "mailer-daemon@*",
]
own_domains = []               # the shop's own, as "shop.example": its info@ … are nobody's
own_phones = []                # the shop's own numbers: they are nobody's
max_size = 1000                # the most identifiers that one customer has
max_persons = 1                # an identifier of more known persons than this is shared: cut
shared_share = 0.05            # … persons with less than this share of its events don't count
merge_precision = 0.99         # doubtful pairs are merged where this share of them is right
review_probability = 0.5       # … and shown to a person for review from this probability on
match_every_days = 1           # how often doubtful pairs are sought again

[identity.max_values]          # the most values of one kind that a customer has
user_id = 1
contact_id = 5
email = 8
phone = 8
device_id = 20
anonymous_id = 500
default = 50                   # of any other kind; each kind can be named here

[listen]
tier = "fast"                  # fast: a million texts in half an hour; best: more accurate, slow
read_again_below = 0.5         # doubtful texts are read again by the best tier, those less sure
read_again_share = 0.05        # … than this first, and at most this share of all
false_alarms = 0.3             # how many crisis alarms by mere chance are borne in 90 days
history_days = 28              # against how many days before an hour is held
aspects = true                 # tell of each text how it speaks of delivery, price, service, …
pictures = true                # fetch the pictures of texts, and read what is in them
webhook = ""                   # an address that is told of alarms (POST, JSON); empty: none
mail_to = []                   # who is told of alarms by mail
mail_server = ""               # by which server: smtp://user@mail.example:587, or smtps://

# [[listen.names]]             # what texts may name
# kind = "brand"               # brand, product, competitor, or aspect (taste, comfort, …)
# name = "Acme"
# aliases = ["@acme", "#acme", "acme.com"]
# context = []                 # where the name is a word too: words of which one must be near
# not_with = []                # words near which it is never meant

[measure]
click_days = 30                # a visit or a click leads to an order within so many days
view_days = 7                  # so does what was only seen or received, within so many
every_days = 1                 # the worker measures this often; 0: only when asked to
period = "week"                # the mix explains sales by week, or by day: slower, with places
# margin = 0.4                 # of each euro of sales, what is left before advertising is paid

[build]
every_minutes = 15             # the worker builds at least this often, and after each import

[web]
host = "127.0.0.1"
port = 8484
"""
