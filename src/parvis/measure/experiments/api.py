"""What others may ask of experiments."""

from parvis.measure.experiments.budgets import spent_by_city
from parvis.measure.experiments.cities import (
    city_finding,
    past_panel,
    window_of,
)
from parvis.measure.experiments.contracts import Finding, Shown
from parvis.measure.experiments.holdouts import People, holdout_finding, people_of
from parvis.measure.experiments.moved import FEATURES, whom_it_moved
from parvis.measure.experiments.overlaps import with_overlaps
from parvis.measure.experiments.people import assignments, bought, known_before, lots
from parvis.measure.experiments.plans import (
    KINDS,
    Kind,
    Plan,
    PlanFault,
    checked,
    last_day,
    left_out_of,
    plan_fault,
    plan_id,
    plan_of,
    row_of,
    told_channel,
)
from parvis.measure.experiments.power import Power, city_power
from parvis.measure.experiments.registry import (
    known_channels,
    known_cities,
    past_by_city,
    plans_of,
    put_plan,
)
from parvis.measure.experiments.sales_by_city import CitySales, city_sales, laid_out
from parvis.measure.experiments.troubles import TROUBLES, trouble

__all__ = [
    "FEATURES",
    "KINDS",
    "TROUBLES",
    "CitySales",
    "Finding",
    "Kind",
    "People",
    "Plan",
    "PlanFault",
    "Power",
    "Shown",
    "assignments",
    "bought",
    "checked",
    "city_finding",
    "city_power",
    "city_sales",
    "holdout_finding",
    "known_before",
    "known_channels",
    "known_cities",
    "laid_out",
    "last_day",
    "left_out_of",
    "lots",
    "past_by_city",
    "past_panel",
    "people_of",
    "plan_fault",
    "plan_id",
    "plan_of",
    "plans_of",
    "put_plan",
    "row_of",
    "spent_by_city",
    "told_channel",
    "trouble",
    "whom_it_moved",
    "window_of",
    "with_overlaps",
]
