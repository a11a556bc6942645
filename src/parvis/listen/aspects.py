"""What people judge of any brand: delivery, price, service and the like, by their words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from parvis.listen.gazetteer import Entry, plain_name

__all__ = ["ASPECTS", "aspects_beside"]

_WORDS: Final = {
    "delivery": "livraison, livraisons, livreur, livreurs, livreuse, colis, transporteur, "
    "expédition, expédié, expédiée, point relais, delivery, deliveries, delivered, courier, "
    "parcel, parcels, shipping, shipment, shipped, postage, mail carrier",
    "price": "prix, tarif, tarifs, trop cher, trop chère, trop chers, trop chères, hors de prix, "
    "bon marché, rapport qualité-prix, rapport qualité prix, price, prices, priced, pricing, "
    "pricey, expensive, overpriced, value for money, too dear, rip-off, bargain",
    "quality": "qualité, finition, finitions, bien fini, mal fini, quality, workmanship, "
    "well made, badly made, poorly made, build quality",
    "service": "service client, service clients, service après-vente, sav, conseiller, "
    "conseillère, conseillers, hotline, customer service, customer services, customer support, "
    "customer care, support team, helpline, help desk, call centre, call center, advisor, adviser",
    "returns": "remboursement, remboursements, rembourser, remboursé, remboursée, rembourse, "
    "remboursez, frais de retour, bon de retour, droit de rétractation, refund, refunds, refunded, "
    "refunding, money back, return label, return policy, free returns",
    "website": "site internet, site web, votre site, le site, appli, application mobile, "
    "l'application, panier, website, web site, webpage, your site, the site, app, the checkout",
    "packaging": "emballage, emballages, emballé, emballée, suremballage, packaging, packaged, "
    "well wrapped, badly wrapped, bubble wrap",
    "availability": "rupture, ruptures, en stock, plus de stock, indisponible, indisponibles, "
    "disponibilité, réassort, out of stock, in stock, sold out, unavailable, availability, "
    "restock, back in stock",
    "shop": "magasin, magasins, en boutique, la boutique, votre boutique, vendeur, vendeuse, "
    "vendeurs, en caisse, à la caisse, in store, in-store, your store, the store, your shop, "
    "the shop, shop assistant, sales assistant, the till, the tills, cashier",
    "billing": "facture, factures, facturation, facturé, facturée, prélèvement, prélevé, débité, "
    "débitée, invoice, invoices, billing, overcharged, charged twice, double charged, debited",
}  # fmt: skip

ASPECTS: Final = tuple(
    Entry("aspect", name, tuple(alias.strip() for alias in told.split(",")))
    for name, told in _WORDS.items()
)
"""French and English; a team adds its own (`[[listen.names]]`, `kind = "aspect"`)."""


def aspects_beside(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give the aspects without the names and aliases that a team's own list takes.

    Examples
    --------
    >>> own = [Entry("brand", "Parcel", ())]
    >>> "parcel" in aspects_beside(own)[0].aliases
    False
    """
    own = tuple(entries)
    taken = {plain_name(alias.strip()) for entry in own for alias in (entry.name, *entry.aliases)}
    found = []
    for aspect in ASPECTS:
        left = tuple(a for a in aspect.aliases if plain_name(a) not in taken)
        if plain_name(aspect.name) not in taken and left:
            found.append(Entry("aspect", aspect.name, left))
    return tuple(found)
