"""What a shop's word for the state of an order means: kept, cancelled or given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["meaning_of_status", "said_status"]

_WORDS: Final = {
    "cancelled": (
        "cancelled", "canceled", "cancelled order", "order cancelled", "void", "voided", "annule",
        "annulee", "commande annulee", "abandoned", "abandonne", "abandonnee", "failed", "echoue",
        "echouee", "payment failed", "paiement echoue", "erreur de paiement", "payment error",
        "declined", "rejected", "refuse", "refusee", "expired", "expiree", "wc-cancelled",
        "wc-failed",
    ),
    "refunded": (
        "refunded", "refund", "fully refunded", "returned", "return", "rembourse", "remboursee",
        "commande remboursee", "retourne", "retournee", "retour", "avoir", "wc-refunded",
        "chargeback", "charged back",
    ),
    "partly_refunded": (
        "partially refunded", "partially_refunded", "partly refunded", "partial refund",
        "partially returned", "partiellement rembourse", "partiellement remboursee",
        "rembourse partiellement", "remboursement partiel", "retour partiel",
    ),
}  # fmt: skip


def said_status(text: ir.StringValue) -> ir.StringValue:
    """Write a status in lower case without accents."""
    return text.lower().translate("éèêàâôûùîç", "eeeaaouuic").strip()


def meaning_of_status(text: ir.StringValue) -> ir.StringValue:
    """Return ``cancelled``, ``refunded``, ``partly_refunded``, or ``kept`` for any other word."""
    said = said_status(text)
    return ibis.cases(
        *((said.isin(words), meaning) for meaning, words in _WORDS.items()), else_="kept"
    )
