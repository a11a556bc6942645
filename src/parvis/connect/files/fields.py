"""The fields that each kind of file can have, and what people call them in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from parvis.connect.files.contracts import Kind

__all__ = ["FIELDS", "Field", "ReadAs", "field_of", "fields_of"]

ReadAs = Literal[
    "text", "identifier", "email", "amount", "number", "whole", "moment", "day", "currency", "json"
]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind of file.

    Parameters
    ----------
    name
        As in a mapping: ``order_id``.
    read_as
        What its values are.
    meaning
        In a few words.
    names
        What people call it (lower case, without accents), the most telling first.
    required
        Whether a row is nothing without it.
    """

    name: str
    read_as: ReadAs
    meaning: str
    names: tuple[str, ...] = ()
    required: bool = False


def _f(
    name: str, read_as: ReadAs, meaning: str, names: str = "", *, required: bool = False
) -> Field:
    known = tuple(n.strip() for n in names.split(",") if n.strip())
    return Field(name, read_as, meaning, (name.replace("_", " "), *known), required)


_PERSON: Final = (
    _f("user_id", "identifier", "the customer's number",
       "customer id, customerid, customer number, customer no, customer, client id, client, id "
       "client, numero client, no client, n client, num client, code client, ref client, "
       "reference client, identifiant client, user, userid, member id, membership number, "
       "loyalty card, carte fidelite, carte de fidelite, numero de carte, household id, "
       "contact id"),
    _f("anonymous_id", "identifier", "a browser's or an app's identifier",
       "anonymousid, visitor id, cookie id, device id, domain userid, client cookie, id "
       "visiteur"),
    _f("email", "email", "e-mail address",
       "e mail, mail, email address, customer email, client email, courriel, adresse mail, "
       "adresse email, adresse e mail, adresse electronique, billing email"),
    _f("phone", "identifier", "telephone number",
       "telephone, phone number, mobile, mobile phone, cell, tel, portable, numero de "
       "telephone, telephone portable, billing phone"),
)  # fmt: skip

_ORDERS: Final = (
    _f("order_id", "identifier", "the order's number",
       "orderid, order number, order no, order nr, order, order name, order ref, order "
       "reference, invoice, invoiceno, invoice no, invoice number, invoice id, numero de "
       "commande, numero commande, no commande, n commande, num commande, commande, id "
       "commande, ref commande, reference commande, reference de commande, numero de facture, "
       "no facture, n facture, facture, ticket, numero de ticket, no ticket, n ticket, "
       "transaction id, transaction, transaction number, basket id, receipt, receipt number, "
       "receipt no, bon de commande, refund number, refund no, refund id, credit note, credit "
       "note number, numero de remboursement, no remboursement, n remboursement, numero d avoir, "
       "no avoir, n avoir, avoir", required=True),
    _f("occurred_at", "moment", "when it was ordered",
       "order date, date, ordered at, ordered on, invoicedate, invoice date, purchase date, "
       "transaction date, transaction timestamp, created at, created, datetime, date time, "
       "timestamp, paid at, processed at, date de commande, date commande, date de la "
       "commande, date d achat, date achat, date de facture, date facture, date de vente, date "
       "vente, date et heure, cree le, date de creation, date du ticket, jour, day, horodatage",
       required=True),
    *_PERSON,
    _f("total", "amount", "the whole order's amount",
       "order total, total amount, total price, grand total, order amount, order value, "
       "revenue, total commande, montant total, montant commande, montant de la commande, "
       "total ttc, total de la commande, net a payer, total paid, amount paid, montant paye"),
    _f("amount", "amount", "what the line brings the shop",
       "line total, line amount, sales, sales value, sale, value, net amount, item total, "
       "montant, montant ttc, montant ligne, montant de la ligne, total ligne, prix total, ca, "
       "chiffre d affaires, sous total, lineitem total, turnover"),
    _f("price", "amount", "the price of one",
       "unit price, unitprice, price per unit, item price, lineitem price, product price, "
       "prix, prix unitaire, pu, pu ttc, prix unitaire ttc, tarif"),
    _f("quantity", "number", "how many",
       "qty, units, pieces, items, count, item quantity, lineitem quantity, quantite, qte, "
       "nombre, nb articles, nb"),
    _f("discount", "amount", "taken off the line",
       "line discount, item discount, lineitem discount, retail disc, remise, rabais, "
       "reduction, remise ligne"),
    _f("coupon_discount", "amount", "taken off the line by a coupon",
       "coupon disc, coupon amount, remise coupon"),
    _f("order_discount", "amount", "taken off the whole order",
       "discount amount, order discount, total discount, discount total, cart discount, remise "
       "commande, remise totale, total remise, montant remise"),
    _f("coupon", "text", "the coupon's code",
       "coupon code, discount code, promo code, promotion code, voucher, code promo, code "
       "promotion, code coupon, bon de reduction"),
    _f("shipping", "amount", "shipping costs",
       "shipping amount, shipping cost, shipping price, delivery cost, shipping total, "
       "postage, livraison, frais de port, frais de livraison, port"),
    _f("tax", "amount", "taxes",
       "taxes, vat, tax amount, total tax, order tax, tva, montant tva, taxe"),
    _f("currency", "currency", "the currency", "currency code, order currency, devise, monnaie"),
    _f("status", "text", "paid, cancelled, refunded, …",
       "order status, state, order state, financial status, statut, etat, statut commande, "
       "statut de la commande, etat commande"),
    _f("updated_at", "moment", "when it was cancelled, refunded or changed",
       "cancelled at, refunded at, modified at, last modified, date modified, updated, modifie "
       "le, date d annulation, date de remboursement, mis a jour le"),
    _f("original_order_id", "identifier", "for a return: the order it belongs to",
       "original order, original invoice, refund of, parent order, parent id, commande d "
       "origine, facture d origine, commande initiale"),
    _f("refunded_amount", "amount", "given back so far on this order",
       "refund amount, refunded, amount refunded, total refunded, montant rembourse, rembourse"),
    _f("product_id", "identifier", "the product's number",
       "productid, product code, product number, stockcode, stock code, item id, item code, "
       "article id, code article, code produit, ref produit, reference produit, reference "
       "article, id produit, ean, gtin, upc, ref article, reference, product, produit, "
       "article, item"),
    _f("sku", "identifier", "the stock-keeping unit", "lineitem sku, product sku"),
    _f("name", "text", "the product's name",
       "product name, item name, lineitem name, item, description, title, article, product, "
       "produit, libelle, designation, nom du produit, nom produit, libelle article, "
       "libelle produit"),
    _f("category", "text", "the product's category",
       "product category, department, item category, categorie, famille, rayon, famille "
       "produit"),
    _f("brand", "text", "the product's brand", "marque, vendor, manufacturer, fabricant"),
    _f("variant", "text", "the product's variant",
       "product variant, size, taille, couleur, variante"),
    _f("channel", "text", "store, web, …",
       "sales channel, order channel, source channel, canal, canal de vente, point de vente"),
    _f("campaign", "text", "the campaign", "campaign name, utm campaign, campagne"),
    _f("received_at", "moment", "when the brand's own systems first had it",
       "recorded at, imported at, loaded at, recu le, enregistre le"),
)  # fmt: skip

_CUSTOMERS: Final = (
    *(Field(f.name, f.read_as, f.meaning,
            (*f.names, "id", "identifiant") if f.name == "user_id" else f.names)
      for f in _PERSON),
    _f("contact_id", "identifier", "the CRM's own number, beside the customer's",
       "crm id, crm number, crm contact id, id crm, numero crm"),
    _f("occurred_at", "moment", "when the customer was created or last changed",
       "updated at, updated, last modified, modified at, date modified, created at, created, "
       "signup date, registration date, registered at, date d inscription, date inscription, "
       "date de creation, date creation, cree le, inscrit le, modifie le, mis a jour le, date "
       "de modification, date"),
    _f("received_at", "moment", "when the brand's own systems first had it",
       "recorded at, enregistre le"),
    _f("firstName", "text", "first name", "first name, firstname, given name, prenom"),
    _f("lastName", "text", "last name",
       "last name, lastname, surname, family name, nom, nom de famille"),
    _f("name", "text", "whole name",
       "full name, customer name, nom complet, nom client, nom du client"),
    _f("gender", "text", "gender", "sex, sexe, genre, civilite"),
    _f("birthday", "day", "birth date",
       "birth date, birthdate, date of birth, dob, date de naissance, naissance, ne le, "
       "anniversaire"),
    _f("age", "text", "age or age band", "age band, tranche d age, age range"),
    _f("company", "text", "company",
       "company name, organisation, organization, societe, entreprise"),
    _f("address.street", "text", "street",
       "street, address, address 1, address line 1, adresse, rue, adresse 1, adresse postale"),
    _f("address.postalCode", "text", "postal code",
       "postal code, postcode, zip, zip code, zipcode, code postal, cp"),
    _f("address.city", "text", "city", "city, town, ville, commune"),
    _f("address.state", "text", "state or region", "state, region, province, departement"),
    _f("address.country", "text", "country", "country, country code, pays, code pays"),
    _f("language", "text", "language", "locale, langue"),
    _f("fediverse", "identifier", "account in the Fediverse: @name@server, or its address",
       "mastodon, fediverse handle, mastodon handle, mastodon account, compte mastodon, compte "
       "fediverse"),
    _f("bluesky", "identifier", "account on Bluesky: its name, its DID or its address",
       "bluesky handle, bluesky account, bsky, compte bluesky"),
    _f("twitter", "identifier", "account on X",
       "twitter handle, twitter account, twitter username, x handle, x twitter, compte twitter, "
       "compte x"),
    _f("instagram", "identifier", "account on Instagram",
       "instagram handle, instagram account, instagram username, insta, compte instagram"),
    _f("facebook", "identifier", "account on Facebook",
       "facebook account, facebook profile, facebook username, facebook url, compte facebook"),
)  # fmt: skip

_SPEND: Final = (
    _f("day", "day", "the day",
       "date, spend date, report date, reporting starts, reporting date, jour, date de depense",
       required=True),
    _f("channel", "text", "search, social, display, television, …",
       "media, medium, source, platform, network, media channel, channel name, canal, support, "
       "regie, plateforme, levier, media type", required=True),
    _f("amount", "amount", "what was spent",
       "spend, cost, spent, amount spent, media spend, total spend, budget, budget spent, "
       "depense, depenses, cout, couts, montant, montant depense, investissement, media cost",
       required=True),
    _f("campaign", "text", "the campaign",
       "campaign name, campaign id, campagne, nom de la campagne, nom campagne"),
    _f("geography", "text", "city or region",
       "geo, region, city, market, dma, location, country, zone, ville, pays, zone "
       "geographique, geographie"),
    _f("currency", "currency", "the currency",
       "currency code, account currency, devise, monnaie"),
    _f("impressions", "whole", "how often it was shown",
       "impr, impression, views, nb impressions, affichages"),
    _f("clicks", "whole", "how often it was clicked",
       "click, link clicks, clics, nb clics, clic"),
    _f("received_at", "moment", "when the row came in", "recorded at, loaded at, enregistre le"),
)  # fmt: skip

_EVENTS: Final = (
    _f("message_id", "identifier", "the event's own number",
       "messageid, event id, eventid, insert id, id evenement, uuid"),
    _f("type", "text", "track, identify, page, screen, group, alias", "event type"),
    _f("name", "text", "what happened", "event name, event, action, evenement, nom evenement"),
    _f("occurred_at", "moment", "when it happened",
       "timestamp, time, event time, event timestamp, derived tstamp, date, datetime, happened "
       "at, event date, created at, horodatage, date et heure, date evenement"),
    _f("original_timestamp", "moment", "when it happened, by the device's clock",
       "originaltimestamp, dvce created tstamp, client time"),
    _f("sent_at", "moment", "when it was sent, by the device's clock",
       "sentat, dvce sent tstamp"),
    _f("received_at", "moment", "when the brand's own systems first had it",
       "receivedat, collector tstamp, server time, recorded at, recu le"),
    *_PERSON,
    _f("session_id", "identifier", "the visit",
       "sessionid, domain sessionid, ga session id, id session"),
    _f("url", "text", "the page's address", "page url, page location, current url, page, adresse"),
    _f("title", "text", "the page's title", "page title, titre"),
    _f("referrer", "text", "where they came from", "page referrer, referer"),
    _f("page_view_id", "identifier", "the page view", "pageviewid"),
    _f("is_robot", "text", "whether it was a robot", "robot, bot, is bot"),
    _f("channel", "text", "by which way", "canal, medium, utm medium"),
    _f("campaign", "text", "the campaign", "campaign name, utm campaign, mkt campaign, campagne"),
    _f("device", "text", "phone, tablet, desktop", "device type, device category, appareil"),
    _f("order_id", "identifier", "for an order event: its number", "orderid, numero de commande"),
    _f("amount", "amount", "money", "revenue, value, total, montant"),
    _f("currency", "currency", "the currency", "currency code, devise"),
    _f("text", "text", "what somebody wrote", "message, comment, body, texte, commentaire"),
    _f("properties", "json", "a JSON object of what is said about it"),
    _f("traits", "json", "a JSON object of what is said about the person"),
    _f("context", "json", "a JSON object of the circumstances"),
)  # fmt: skip

#: The fields of each kind of file.
FIELDS: Final[dict[Kind, tuple[Field, ...]]] = {
    "orders": _ORDERS,
    "customers": _CUSTOMERS,
    "spend": _SPEND,
    "events": _EVENTS,
}


def fields_of(kind: Kind) -> dict[str, Field]:
    """Return the fields of a kind of file by their names."""
    return {f.name: f for f in FIELDS[kind]}


def field_of(kind: Kind, name: str) -> Field:
    """Return one field of a kind of file."""
    return fields_of(kind)[name]
