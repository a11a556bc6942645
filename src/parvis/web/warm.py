"""What every page of a new state needs, computed before the first request asks."""

from __future__ import annotations

from collections.abc import Mapping

from parvis.web.language import Language
from parvis.web.pages.identity_health import health_page
from parvis.web.pages.overview import first_page
from parvis.web.pages.silos import the_readiness, the_silos
from parvis.web.pages.topics import first_topics
from parvis.web.queries.customer_filter import CustomerFilter
from parvis.web.queries.customers import facets, find_customers, one_customer
from parvis.web.queries.events import provenance, timeline
from parvis.web.queries.identity import doubts, held_by, kinds_of, ties_of
from parvis.web.queries.order_filter import OrderFilter
from parvis.web.queries.orders import customer_orders, find_orders
from parvis.web.queries.text_filter import TextFilter
from parvis.web.queries.texts import find_texts
from parvis.web.queries.voices import VoiceFilter, find_voices, voice_choices
from parvis.web.shelf import Shelf

__all__ = ["warm"]


def warm(shelf: Shelf, languages: Mapping[str, Language]) -> None:
    """Compute the pages that all see, and compile the questions that most ask."""
    for language in languages.values():
        first_page(shelf, language)
    for language in languages.values():
        health_page(shelf, language)
    doubts(shelf)
    the_silos(shelf)
    the_readiness(shelf)
    facets(shelf)
    found, _ = find_customers(shelf, CustomerFilter())
    find_orders(shelf, OrderFilter())
    find_texts(shelf, TextFilter())
    find_voices(shelf, VoiceFilter())
    voice_choices(shelf)
    for language in languages.values():
        first_topics(shelf, language)
    for customer in found.rows[:1]:
        one_customer(shelf, customer.customer_id)
        provenance(shelf, customer.customer_id, has_visits=True)
        timeline(shelf, customer.customer_id)
        customer_orders(shelf, customer.customer_id)
        held_by(shelf, customer.customer_id)
        kinds_of(shelf, customer.customer_id)
        ties_of(shelf, customer.customer_id)
