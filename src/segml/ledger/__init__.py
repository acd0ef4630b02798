"""The ground floor of a run: tables, their contract, what was found, the past and the future."""

from segml.ledger.books import micro
from segml.ledger.counting import Counts
from segml.ledger.cutoff import Past
from segml.ledger.days import date_of, day_of
from segml.ledger.discontinued import discontinued, off_sale, still_sold
from segml.ledger.economics import acquisition_sql, bad_debt_sql, overdue_sql, profit
from segml.ledger.engines import Asked, Engine
from segml.ledger.findings import Finding, Findings
from segml.ledger.freshness import require_fresh
from segml.ledger.horizon import Future
from segml.ledger.ledger import Check, Ledger, check_ledger, open_ledger
from segml.ledger.leftovers import scratch_folder
from segml.ledger.levels import yearly_changes
from segml.ledger.memory import Memory
from segml.ledger.missing_days import missing_days
from segml.ledger.paths import is_address
from segml.ledger.places import (
    Baskets,
    Level,
    baskets,
    contact_costs,
    contact_days,
    discounts,
    referrals,
    starts,
)
from segml.ledger.quarters import quarter_edges, quarters
from segml.ledger.regions import FORTNIGHTS, region_days
from segml.ledger.silences import silences
from segml.ledger.space import room_told
from segml.ledger.spark import on_spark
from segml.ledger.spark_reading import check_on_spark, open_on_spark
from segml.ledger.terms import TermsChanged, terms_changed
from segml.ledger.told import (
    TRAILING_DAYS,
    described_events,
    ended,
    industries,
    recorded_ends,
)
from segml.ledger.volumes import WINDOWS, volumes
from segml.ledger.worth import worth

__all__ = [
    "FORTNIGHTS",
    "TRAILING_DAYS",
    "WINDOWS",
    "Asked",
    "Baskets",
    "Check",
    "Counts",
    "Engine",
    "Finding",
    "Findings",
    "Future",
    "Ledger",
    "Level",
    "Memory",
    "Past",
    "TermsChanged",
    "acquisition_sql",
    "bad_debt_sql",
    "baskets",
    "check_ledger",
    "check_on_spark",
    "contact_costs",
    "contact_days",
    "date_of",
    "day_of",
    "described_events",
    "discontinued",
    "discounts",
    "ended",
    "industries",
    "is_address",
    "micro",
    "missing_days",
    "off_sale",
    "on_spark",
    "open_ledger",
    "open_on_spark",
    "overdue_sql",
    "profit",
    "quarter_edges",
    "quarters",
    "recorded_ends",
    "referrals",
    "region_days",
    "require_fresh",
    "room_told",
    "scratch_folder",
    "silences",
    "starts",
    "still_sold",
    "terms_changed",
    "volumes",
    "worth",
    "yearly_changes",
]
