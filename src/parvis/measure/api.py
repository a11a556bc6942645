"""What others may ask of measuring."""

from parvis.measure.answer import FIT_LIMITS, Answer, answer
from parvis.measure.attribution.crediting import Credit, credit, methods_of
from parvis.measure.attribution.tally import tally
from parvis.measure.budget.optimise import Allocation, BudgetRules, compared, reallocate
from parvis.measure.budget.plan import Ahead, WeekPlan, ahead, plan_weeks
from parvis.measure.curves import SCALES, ResponseCurves, interval
from parvis.measure.experiments import api as experiments
from parvis.measure.holidays import with_holidays
from parvis.measure.journeys.campaigns import campaigns, digital_shares
from parvis.measure.journeys.routes import top_routes
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
from parvis.measure.ledger.differences import differences
from parvis.measure.problems import PROBLEMS
from parvis.measure.promotions import api as promotions

__all__ = [
    "FIT_LIMITS",
    "PROBLEMS",
    "SCALES",
    "Ahead",
    "Allocation",
    "Answer",
    "BudgetRules",
    "Credit",
    "JourneyRules",
    "ResponseCurves",
    "WeekPlan",
    "ahead",
    "answer",
    "campaigns",
    "compared",
    "credit",
    "differences",
    "digital_shares",
    "experiments",
    "interval",
    "journeys",
    "kpi",
    "met",
    "methods_of",
    "named_channel",
    "paths_in",
    "plan_weeks",
    "promotions",
    "read_categories",
    "reallocate",
    "sent_events",
    "tally",
    "top_routes",
    "touchpoints",
    "unrated_spend",
    "walks",
    "with_holidays",
]
