"""What others may ask of measuring."""

from parvis.measure.answer import Answer, answer
from parvis.measure.attribution.crediting import Credit, credit, methods_of
from parvis.measure.attribution.tally import tally
from parvis.measure.experiments import api as experiments
from parvis.measure.journeys.sites import read_categories
from parvis.measure.journeys.touches import (
    JourneyRules,
    journeys,
    met,
    sent_events,
    touchpoints,
)
from parvis.measure.journeys.walks import named_channel, paths_in, walks
from parvis.measure.kpi import kpi, unrated_spend

__all__ = [
    "Answer",
    "Credit",
    "JourneyRules",
    "answer",
    "credit",
    "experiments",
    "journeys",
    "kpi",
    "met",
    "methods_of",
    "named_channel",
    "paths_in",
    "read_categories",
    "sent_events",
    "tally",
    "touchpoints",
    "unrated_spend",
    "walks",
]
