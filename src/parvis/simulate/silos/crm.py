"""The CRM: contacts with typos, doubles, shared addresses and gaps; and who said yes to what."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from parvis.simulate.accounts import Accounts
from parvis.simulate.happenings.orders import mixed
from parvis.simulate.names import Names
from parvis.simulate.scene import SECOND, Scene
from parvis.simulate.silos.devices import serial_of
from parvis.simulate.silos.social import handle_texts
from parvis.simulate.writing import Pen, chosen, words, write_parquet

__all__ = ["write_consents", "write_contacts", "write_registrations"]

_HEAD: Final = (
    "contact_id,customer_number,created_at,first_name,last_name,email,phone,street,postal_code,"
    "city,country,birth_date,language,fediverse,bluesky,newsletter\n"
)
_LINE: Final = """
SELECT 'K' || contact || ',' || coalesce(customer, '') || ','
    || strftime(make_timestamp(us), '%Y-%m-%d %H:%M:%S') || ',' || cell(first::VARCHAR) || ','
    || cell(CASE typo
        WHEN 1 THEN last[1:2] || last[4:4] || last[3:3] || last[5:]
        WHEN 2 THEN last[1:3] || last[3:]
        WHEN 3 THEN upper(last)
        WHEN 4 THEN last[1:length(last) - 1]
        ELSE last END)
    || ',' || coalesce(email, '') || ',' || coalesce(CASE
        WHEN contact % 3 = 0 THEN '+' || phone
        WHEN phone[1:2] = '33' THEN '0' || phone[3:3] || ' ' || phone[4:5] || ' ' || phone[6:7]
            || ' ' || phone[8:9] || ' ' || phone[10:11]
        ELSE '+' || phone[1:3] || ' ' || phone[4:5] || ' ' || phone[6:] END, '')
    || ',' || coalesce(house || ' ' || street, '')
    || ',' || post || lpad((house * 7 % 1000)::VARCHAR, 3, '0') || ',' || city || ',' || country
    || ',' || coalesce(birth::VARCHAR, '') || ',' || language || ',' || coalesce(fediverse, '')
    || ',' || coalesce(bluesky, '') || ',' || newsletter || chr(10)
FROM (SELECT * REPLACE (last::VARCHAR AS last, phone::VARCHAR AS phone) FROM contacts)
"""


def write_contacts(scene: Scene, names: Names, accounts: Accounts, pen: Pen, folder: Path) -> int:
    """Write the contacts, and into the truth whose each is.

    Returns
    -------
    int
        How many.
    """
    rng, people, told = scene.seeds.of("crm"), scene.people, scene.world.crm
    person = np.flatnonzero(people.is_contact).astype(np.int32)
    double = person[rng.random(len(person)) < told.duplicate_share]
    is_double = np.repeat([False, True], [len(person), len(double)])
    person = np.concatenate((person, double))
    count = len(person)
    # a double was entered later, by hand
    since = np.maximum(people.joined[person], -1500).astype(np.int64) + np.where(is_double, 40, 0)
    at = scene.midnights[0] + since * 86_400 * SECOND + rng.integers(0, 80_000, count) * SECOND
    written = at < scene.end
    person, is_double, at = person[written], is_double[written], at[written]
    order = np.argsort(at, kind="stable")
    person, is_double, at = person[order], is_double[order], at[order]
    count = len(person)
    typo = np.where(is_double | (rng.random(count) < told.typo_share), rng.integers(1, 5, count), 0)
    here = pa.array(person)
    knows = (people.has_account | people.has_card)[person] & ~is_double
    knows &= rng.random(count) < 0.8
    fediverse, bluesky = handle_texts(accounts, len(people))
    places = scene.world.cities
    city = people.city[person].astype(np.int64)
    contact = np.arange(count) + 100_001
    table = pa.table(
        {
            "contact": pa.array(contact),
            "customer": chosen(knows, names.customer.take(here)),
            "us": pa.array(at),
            "first": names.first.take(here),
            "last": names.last.take(here),
            "typo": pa.array(typo),
            "email": chosen(rng.random(count) < 0.93, names.email.take(here)),
            "phone": pa.array(names.phone[person], mask=rng.random(count) < 0.3),
            "house": pa.array(names.house[person]),
            "street": chosen(rng.random(count) < 0.85, names.street.take(here).cast(pa.string())),
            "post": words(city, [c.postal_code for c in places]),
            "city": words(city, [c.name for c in places]),
            "country": words(city, [c.country for c in places]),
            "birth": pa.array(people.birth[person], mask=rng.random(count) < 0.25).cast(
                pa.date32()
            ),
            "language": words(people.language[person], ["fr", "en"]),
            "fediverse": pa.array(fediverse, pa.string()).take(here),
            "bluesky": pa.array(bluesky, pa.string()).take(here),
            "newsletter": words(people.newsletter[person].astype(np.int64), ["no", "yes"]),
        }
    )
    pen.lines(folder / "crm" / "contacts.csv", {"contacts": table}, _LINE, _HEAD.encode())
    write_parquet(
        folder / "truth" / "contacts.parquet",
        pa.table(
            {
                "contact_id": pa.array([f"K{c}" for c in contact.tolist()], pa.string()),
                "person": here,
                "is_double": pa.array(is_double),
            }
        ),
    )
    return count


_CONSENT: Final = """
SELECT iso(us) || ',' || kind || ',' || subject || ',' || purpose || ',' || granted || ','
    || channel || ',v3' || chr(10) FROM consents ORDER BY us, subject, purpose
"""


def write_consents(scene: Scene, names: Names, pen: Pen, folder: Path) -> int:
    """Write what contacts agreed to and what they took back.

    Returns
    -------
    int
        How many decisions.
    """
    rng, people = scene.seeds.of("consents"), scene.people
    person = np.flatnonzero(people.is_contact).astype(np.int32)
    begin = np.maximum(people.joined[person], 0)
    at = scene.moment(np.minimum(begin, scene.story.days - 1), rng.random(len(person)) * 80_000)
    yes = people.newsletter[person]
    parts = [
        (person, at, "newsletter", yes),
        (person, at, "profiling", rng.random(len(person)) < 0.55),
    ]
    # some of those who leave say so
    leaves = yes & (people.left[person] < scene.story.days) & (rng.random(len(person)) < 0.4)
    gone = person[leaves]
    last = scene.moment(people.left[gone], rng.random(len(gone)) * 80_000)
    parts.append((gone, last, "newsletter", np.zeros(len(gone), bool)))
    tables = []
    for who, when, purpose, granted in parts:
        has_account = people.has_account[who] & (mixed(who.astype(np.uint64)) % np.uint64(3) > 0)
        number = names.customer.take(pa.array(who))
        tables.append(
            pa.table(
                {
                    "us": pa.array(when),
                    "kind": words(has_account.astype(np.int64), ["email", "user_id"]),
                    "subject": pa.compute.if_else(
                        pa.array(has_account), number, names.email.take(pa.array(who))
                    ),
                    "purpose": pa.array([purpose] * len(who), pa.string()),
                    "granted": words(granted.astype(np.int64), ["no", "yes"]),
                    "channel": words(has_account.astype(np.int64), ["form", "account"]),
                }
            )
        )
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    head = b"recorded_at,subject_kind,subject,purpose,granted,channel,text_version\n"
    return pen.lines(folder / "consents" / "consents.csv", {"consents": table}, _CONSENT, head)


_REGISTRATION: Final = """
SELECT '{"type":"identify","messageId":"app-' || hex(serial, 'registered') || '","userId":"'
    || customer || '","traits":{"machine":"' || serial
    || '"},"timestamp":"' || iso(us) || '","receivedAt":"' || iso(us)
    || '","context":{"library":{"name":"machine-app","version":"4.2.0"},"device":{"id":"' || serial
    || '","type":"coffee machine","manufacturer":' || quoted({brand}) || '}},"channel":"mobile"}'
    || chr(10)
FROM machines
"""


def write_registrations(scene: Scene, names: Names, pen: Pen, folder: Path) -> int:
    """Write which account registered which machine: three owners in four do.

    Returns
    -------
    int
        How many.
    """
    rng, people = scene.seeds.of("registrations"), scene.people
    owner = np.flatnonzero(people.has_machine & people.has_account).astype(np.int32)
    owner = owner[(rng.random(len(owner)) < 0.75) & (people.joined[owner] < scene.story.days)]
    day = np.maximum(people.joined[owner], 0)
    table = pa.table(
        {
            "serial": pa.array(serial_of(owner)),
            "customer": names.customer.take(pa.array(owner)),
            "us": pa.array(scene.moment(day, 60 + rng.random(len(owner)) * 80_000)),
        }
    )
    brand = "'" + scene.world.brand.name.replace("'", "''") + "'"
    return pen.lines(
        folder / "devices" / "registrations.ndjson",
        {"machines": table},
        _REGISTRATION.replace("{brand}", brand),
    )
