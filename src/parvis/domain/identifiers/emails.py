"""Mail addresses: one text for one mailbox, as far as its provider is known to read it so.

References
----------
RFC 5321, 4.5.3.1 (lengths); RFC 5322, 3.4.1 (dot-atom); RFC 6531 (letters of all alphabets);
RFC 3492 (Punycode); RFC 5233 (subaddresses). Google, "Dots don't matter in Gmail addresses".
"""

from __future__ import annotations

import re
from typing import Final

from parvis.domain.identifiers.fakes import is_fake_email
from parvis.domain.identifiers.problems import BLOCKED, FAKE, NOT_AN_EMAIL
from parvis.domain.identifiers.rules import NormRules
from parvis.domain.identifiers.text import Norm

__all__ = ["DOTLESS", "ROLES", "TAGGED", "email_norm", "host_norm"]

_BRACKETED: Final = re.compile(r"^[^<>]*<([^<>]+)>$")
_LOCAL: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{2,59}")


def _each(name: str, endings: str) -> frozenset[str]:
    return frozenset(f"{name}.{e}" for e in endings.split())


#: Dots before the @ say nothing there, and the two are one.
DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})

#: What follows a + before the @ is a tag there. Of other domains nothing is known.
TAGGED: Final = (
    DOTLESS
    | _each(
        "outlook",
        "com fr de es it be at dk cz hu ie in jp kr lv my ph pt sa sg sk cl co.id co.il co.th "
        "com.ar com.au com.br com.gr com.tr com.vn",
    )
    | _each(
        "hotmail",
        "com fr de es it be nl se no fi dk ch ca gr co.uk co.jp co.nz com.ar com.au com.br com.tr "
        "com.mx",
    )
    | _each(
        "live",
        "com fr de it be nl se no dk at ca cl ie in jp cn co.uk co.za com.au com.mx com.ar com.pt",
    )
    | {"msn.com", "windowslive.com", "passport.com", "fastmail.com", "fastmail.fm"}
    | {"icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "protonmail.ch", "pm.me"}
)

#: Before the @ of an address that a house shares.
ROLES: Final = frozenset({
    "abuse", "accueil", "admin", "administrator", "aide", "billing", "bonjour", "boutique",
    "commande", "commandes", "communication", "compta", "comptabilite", "contact", "contacts",
    "direction", "dpo", "equipe", "facturation", "hello", "help", "helpdesk", "hostmaster", "info",
    "infos", "jobs", "magasin", "mail", "marketing", "news", "newsletter", "office", "order",
    "orders", "postmaster", "presse", "press", "privacy", "reception", "recrutement", "rgpd",
    "sales", "sav", "security", "service", "service-client", "serviceclient", "shop", "store",
    "support", "team", "vente", "ventes", "web", "webmaster",
})  # fmt: skip


def email_norm(text: str, rules: NormRules) -> Norm:
    """Bring a mail address to the form in which it is compared.

    Parameters
    ----------
    text
        Cleaned.
    rules
        Which addresses are nobody's.

    Examples
    --------
    >>> email_norm("Ann.Lee+shop@GoogleMail.com", NormRules()).normal
    'annlee@gmail.com'
    >>> email_norm("Ann.Lee+shop@firm.example", NormRules()).normal
    'ann.lee+shop@firm.example'
    """
    told = text.lower()
    if found := _BRACKETED.match(told):
        told = found[1].strip()
    told = told.removeprefix("mailto:").strip()
    local, at, domain = told.rpartition("@")
    host = host_norm(domain) if at else None
    if host is None or not _LOCAL.fullmatch(local) or len(local) > 64:
        return Norm(None, NOT_AN_EMAIL)
    bare = local.partition("+")[0]
    if host in TAGGED:
        local = bare
    if host in DOTLESS:
        local, host = local.replace(".", ""), "gmail.com"
    if not local or len(local) + len(host) > 253:
        return Norm(None, NOT_AN_EMAIL)
    if is_fake_email(bare, host):
        return Norm(None, FAKE)
    if rules.is_blocked(f"{local}@{host}") or rules.is_blocked(f"{bare}@{host}"):
        return Norm(None, BLOCKED)
    if bare in ROLES and any(host == d or host.endswith(f".{d}") for d in rules.own_domains):
        return Norm(None, BLOCKED)
    return Norm(f"{local}@{host}")


def host_norm(host: str) -> str | None:
    """Write the name of a host in ASCII; None where it isn't one.

    Letters are taken as they are, not mapped: straße and strasse are two domains.

    Examples
    --------
    >>> host_norm("café.example")
    'xn--caf-dma.example'
    """
    labels = host.lower().removesuffix(".").split(".")
    if not all(map(str.isascii, labels)):
        labels = [n if n.isascii() else _punycode(n) for n in labels]
    if len(labels) < 2 or not _TOP.fullmatch(labels[-1]):
        return None
    return ".".join(labels) if all(map(_LABEL.fullmatch, labels)) else None


def _punycode(label: str) -> str:
    if not label.replace("-", "").isalnum():
        return ""
    return "xn--" + label.encode("punycode").decode("ascii")
