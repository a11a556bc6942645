"""`silos.toml`: what stands in the folder and how it is read; says that all of it is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from parvis.simulate.contracts import SimulateOptions
from parvis.simulate.scene import Scene
from parvis.simulate.silos.ads import reports
from parvis.simulate.silos.social import did_of

__all__ = ["write_manifest"]

_HEAD: Final = """\
# What stands in this folder, for `parvis import folder`. Made up by `parvis simulate`: no customer,
# order or word in it is real. The truth about it is in truth/, which an import never reads.
version = 1
name = {name}
simulated = true
zone = {zone}
currency = {currency}
"""


def write_manifest(scene: Scene, options: SimulateOptions, folder: Path) -> None:
    """Describe every silo that was written."""
    brand = scene.world.brand
    parquet = options.form == "parquet"
    table, lines = ("parquet", "parquet") if parquet else ("csv", "ndjson")
    parts = [
        _HEAD.format(name=_text(brand.name), zone=_text(brand.zone), currency=_text(brand.currency))
    ]
    own = [brand.mail, f"https://social.example/users/{brand.handle}", did_of(brand.handle)]

    def add(source: str, form: str, files: list[str], *extra: str) -> None:
        if any(any(folder.glob(f)) for f in files):
            parts.append(
                f"\n[[silo]]\nsource = {_text(source)}\nformat = {_text(form)}\n"
                f"files = [{', '.join(map(_text, files))}]\n" + "".join(f"{e}\n" for e in extra)
            )

    dates = () if parquet else ('decimal = "comma"', 'date_format = "DD/MM/YYYY"')
    add("shop", "orders", [f"shop/orders-*.{table}", f"shop/refunds-*.{table}"], *dates)
    numbers = 'set = ["user_id=customer_number", "contact_id=contact_id"]'
    add("crm", "customers", ["crm/contacts.csv"], numbers)
    add("web", "segment", [f"web/events-*.{lines}"], 'orders_told_by = "shop"')
    add("app", "segment", ["devices/registrations.ndjson"])
    add("experiments", "segment", ["experiments/assignments.ndjson"])
    add("experiments", "experiments", ["experiments/*.csv"])
    add("machines", "telemetry", [f"devices/telemetry-*.{lines}"])
    add(
        "fediverse",
        "activitypub",
        ["social/fediverse/actors.ndjson", f"social/fediverse/activities-*.{lines}"],
        f"own = {json.dumps(own)}",
    )
    stream = ["social/bluesky/profiles.ndjson", f"social/bluesky/jetstream-*.{lines}"]
    add("bluesky", "bluesky", stream, f"own = {json.dumps(own)}")
    add("reviews", "reviews", ["social/reviews/reviews-*.ndjson"])
    add("blog", "atom", ["blog/articles.atom", "blog/comments-*.atom"], f"own = {json.dumps(own)}")
    add("support", "maildir", ["mail/support"], f"own = {json.dumps(own)}")
    add("consents", "consents", ["consents/consents.csv"])
    for channel, report in zip(scene.channels, reports(scene), strict=True):
        options_of = dict(o.split(":", 1) for o in report.options)
        extra = [f'set = ["channel:={report.channel}"]']
        extra += [f'decimal = "{options_of["decimal"]}"'] if "decimal" in options_of else []
        extra += [f'date_format = "{options_of["date"]}"'] if "date" in options_of else []
        add(f"ads.{channel.stem}", "spend", [f"ads/{report.file}"], *extra)
    for competitor in scene.world.competitors:
        stem = competitor.stem
        add(f"competitor.{stem}", "atom", [f"competitors/{stem}.atom"])
    (folder / "silos.toml").write_text("".join(parts), encoding="utf-8")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
