"""The shop: orders and refunds as a till of the country exports them.

Semicolons, decimal commas, clock times of the shop's zone, French headings; guests without a
number, buyers in a shop without anything but a card, or not even that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import Orders
from parvis.simulate.names import Names
from parvis.simulate.scene import Block, Scene
from parvis.simulate.writing import Format, Pen, chosen, words

__all__ = ["HEADS", "join_files", "write_orders"]

#: What stands in the first line of each kind of file.
HEADS: Final = {
    "orders": "\ufeffN° commande;Date;N° client;E-mail;Téléphone;Statut;Canal;Magasin;"
    "Réf. produit;Produit;Catégorie;Quantité;Prix unitaire;Remise;Montant;Devise;Code promo\r\n",
    "refunds": "\ufeffN° remboursement;Commande d'origine;Date;N° client;E-mail;Téléphone;Statut;"
    "Canal;Magasin;Réf. produit;Produit;Catégorie;Quantité;Prix unitaire;Remise;Montant;Devise\r\n",
}

_CELLS: Final = """
coalesce(customer, '') || ';' || coalesce(email, '') || ';'
    || coalesce('+' || phone::VARCHAR, '') || ';' || status || ';' || channel || ';'
    || coalesce(store, '') || ';' || sku || ';' || cell(name) || ';' || category || ';'
"""
_ORDER_LINES: Final = """
SELECT number || ';' || strftime(make_timestamp(clock), '%d/%m/%Y %H:%M') || ';' || {cells}
    || quantity || ';' || comma(unit) || ';' || comma(discount) || ';' || comma(amount) || ';'
    || currency || ';' || coalesce(coupon, '') || chr(13) || chr(10)
FROM lines
"""
_REFUND_LINES: Final = """
SELECT 'R' || number || ';' || number || ';' || strftime(make_timestamp(clock), '%d/%m/%Y %H:%M')
    || ';' || {cells} || -quantity || ';' || comma(unit) || ';' || comma(-discount) || ';'
    || comma(-amount) || ';' || currency || chr(13) || chr(10)
FROM lines
"""
_ORDER_ROWS: Final = """
SELECT number::VARCHAR AS "N° commande", make_timestamp(us) AS "Date",
    customer AS "N° client", email AS "E-mail",
    '+' || phone::VARCHAR AS "Téléphone", status AS "Statut", channel AS "Canal",
    store AS "Magasin", sku AS "Réf. produit", name AS "Produit", category AS "Catégorie",
    quantity AS "Quantité", (unit / 100)::DECIMAL(18, 2) AS "Prix unitaire",
    (discount / 100)::DECIMAL(18, 2) AS "Remise", (amount / 100)::DECIMAL(18, 2) AS "Montant",
    currency AS "Devise", coupon AS "Code promo"
FROM lines
"""
_REFUND_ROWS: Final = """
SELECT 'R' || number AS "N° remboursement", number::VARCHAR AS "Commande d'origine",
    make_timestamp(us) AS "Date", customer AS "N° client",
    email AS "E-mail", '+' || phone::VARCHAR AS "Téléphone", status AS "Statut",
    channel AS "Canal", store AS "Magasin", sku AS "Réf. produit", name AS "Produit",
    category AS "Catégorie", -quantity AS "Quantité", (unit / 100)::DECIMAL(18, 2) AS
    "Prix unitaire", (-discount / 100)::DECIMAL(18, 2) AS "Remise",
    (-amount / 100)::DECIMAL(18, 2) AS "Montant", currency AS "Devise"
FROM lines
"""


def write_orders(
    scene: Scene, names: Names, block: Block, orders: Orders, pen: Pen, folder: Path, form: Format
) -> int:
    """Write a block's orders, and what was given back of them since.

    Returns
    -------
    int
        How many orders and refunds.
    """
    lines = np.arange(len(orders.lines.product))
    _write(scene, names, orders, (lines, orders.at), ("orders", block), pen, folder, form)
    back = np.flatnonzero(orders.refund_at)
    whole = orders.refund_line[back] < 0
    starts, of = orders.lines.starts, orders.lines.order
    every = np.isin(of, back[whole])
    given = np.sort(np.concatenate((np.flatnonzero(every), orders.refund_line[back[~whole]])))
    _write(scene, names, orders, (given, orders.refund_at), ("refunds", block), pen, folder, form)
    return len(starts) - 1 + len(back)


def _write(
    scene: Scene,
    names: Names,
    orders: Orders,
    lines_and_times: tuple[NDArray[np.int64], NDArray[np.int64]],
    what: tuple[str, Block],
    pen: Pen,
    folder: Path,
    form: Format,
) -> None:
    which, times = lines_and_times
    kind, block = what
    table = _lines(scene, names, orders, which, times, refunds=kind == "refunds")
    stem = f"{kind}-{block.number + 1:04d}"
    texts, rows = {
        "orders": (_ORDER_LINES, _ORDER_ROWS),
        "refunds": (_REFUND_LINES, _REFUND_ROWS),
    }[kind]
    if form == "parquet":
        if len(which):
            pen.parquet(folder / "shop" / f"{stem}.parquet", {"lines": table}, rows)
        return
    query = texts.replace("{cells}", _CELLS)
    pen.lines(folder / "shop" / f"{stem}.csv", {"lines": table}, query, HEADS[kind].encode())


def _lines(
    scene: Scene,
    names: Names,
    orders: Orders,
    which: NDArray[np.int64],
    times: NDArray[np.int64],
    *,
    refunds: bool,
) -> pa.Table:
    """Put beside each line of an order what its row says."""
    people, products = scene.people, scene.world.products
    lines = orders.lines
    of = lines.order[which]
    person, store = orders.person[of], orders.in_store[of]
    # who orders from home has an account or is a guest; in a shop one has a card or nothing
    known = np.where(store, people.has_card[person], people.has_account[person])
    told = np.where(store, people.has_card[person] & (person % 3 > 0), True)
    categories = sorted({p.category for p in products})
    product = lines.product[which]
    status = np.where(orders.is_cancelled[of], 1, np.where(store, 2, 0))
    if refunds:
        status = np.full(len(of), 3)
    cities = [c.name for c in scene.world.cities]
    promoted = scene.story.price[orders.day[of]] < 1
    coupon = np.where(orders.has_coupon[of], 0, np.where(promoted & (of % 4 == 0), 1, 2))
    amount = lines.amount_cents[which]
    where = people.city[person].astype(np.int64)
    return pa.table(
        {
            "number": pa.array(orders.number[of]),
            "us": pa.array(times[of]),
            "clock": pa.array(scene.clock(times[of])),
            "customer": chosen(known, names.customer.take(pa.array(person))),
            "email": chosen(told, names.email.take(pa.array(person))),
            "phone": pa.array(names.phone[person], mask=store | (person % 5 < 2)),
            "status": words(status, ["Livrée", "Annulée", "Payée", "Remboursée"]),
            "channel": words(store.astype(np.int64), ["web", "store"]),
            "store": words(np.where(store, where, len(cities)), [*cities, None]),
            "sku": words(product, [p.sku for p in products]),
            "name": words(product, [p.name for p in products]),
            "category": words(
                np.searchsorted(categories, [p.category for p in products])[product], categories
            ),
            "quantity": pa.array(lines.quantity[which].astype(np.int64)),
            "unit": pa.array(lines.unit_cents[which]),
            "discount": pa.array(lines.discount_cents[which]),
            "amount": pa.array(amount),
            "currency": words(np.zeros(len(of), np.int64), [scene.world.brand.currency]),
            "coupon": words(coupon, ["MERCI10", "SOLDES", None]),
        }
    )


def join_files(folder: Path, most_bytes: int = 24_000_000) -> None:
    """Join the blocks' small CSV files into files of some size, under one heading each.

    A shop exports a quarter, not a fortnight; and every file costs its importer a start.
    """
    for kind, head in HEADS.items():
        parts = sorted((folder / "shop").glob(f"{kind}-*.csv"))
        groups: list[list[Path]] = []
        size = most_bytes
        for part in parts:
            size += part.stat().st_size
            if size > most_bytes:
                groups.append([])
                size = part.stat().st_size
            groups[-1].append(part)
        for number, group in enumerate(groups, 1):
            whole = folder / "shop" / f"{kind}.joined"
            with whole.open("wb") as file:
                file.write(head.encode())
                for part in group:
                    file.write(part.read_bytes()[len(head.encode()) :])
                    part.unlink()
            whole.rename(folder / "shop" / f"{kind}-{number:04d}.csv")
