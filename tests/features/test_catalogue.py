"""What a ledger lacks switches off what needs it, and nothing else."""

from typing import Any

import pytest

from segml.features import (
    CATALOGUE,
    FeaturePlan,
    available,
    left_out,
    left_out_notes,
    snapshot,
)
from segml.ledger import Past

CONTACTS = {"attention", "complaints", "demands", "ideas"}
EVENTS = {"managers", "outages", "price_events", "rivals", "withdrawals"}


def _families(past: Past) -> set[str]:
    return {feature.family for feature in available(past)}


@pytest.mark.parametrize(
    ("table", "families"),
    [("interactions", CONTACTS), ("invoices", {"payments"}), ("events", EVENTS)],
)
def test_an_absent_table_switches_its_families_off(
    rich: Any, table: str, families: set[str]
) -> None:
    past = rich.past(**{table: None})
    assert {feature.family for feature in CATALOGUE} - _families(past) == families
    made = snapshot(past, FeaturePlan())
    assert list(made.frame) == [feature.name for feature in available(past)]


def test_what_is_left_out_is_told_with_what_it_lacks(rich: Any, rich_past: Past) -> None:
    assert left_out(rich_past) == {}
    assert left_out_notes(rich_past) == ()
    past = rich.past(events=None, invoices=None)
    told = left_out(past)
    assert set(told) == EVENTS | {"payments"}
    assert told["payments"] == ("invoices",)
    assert all(any(part.startswith("events") for part in told[name]) for name in EVENTS)
    (note,) = left_out_notes(past)
    assert "payments (invoices)" in note


@pytest.mark.parametrize(
    ("table", "column", "names"),
    [
        ("interactions", "minutes", {"minutes_365", "minutes_drop_180"}),
        (
            "interactions",
            "outcome",
            {"complaints_upheld_365", "demands_rejected_365", "ideas_upheld_365"},
        ),
        (
            "interactions",
            "resolved",
            {
                "complaints_open",
                "complaint_open_days",
                "complaints_upheld_365",
                "resolution_days_365",
                "resolution_rise_180",
                "demands_rejected_365",
                "ideas_upheld_365",
            },
        ),
        (
            "events",
            "magnitude",
            {"price_events_90", "price_events_180", "price_events_rise_180"},
        ),
        (
            "invoices",
            "paid",
            {feature.name for feature in CATALOGUE if feature.family == "payments"},
        ),
    ],
)
def test_an_absent_column_switches_off_what_reads_it(
    rich: Any, table: str, column: str, names: set[str]
) -> None:
    past = rich.past(**{table: rich.tables[table].drop(columns=column)})
    assert set(CATALOGUE) - set(available(past)) == {f for f in CATALOGUE if f.name in names}
    made = snapshot(past, FeaturePlan()).frame
    assert list(made) == [feature.name for feature in available(past)]


def test_with_lines_alone_nothing_reads_another_table(rich: Any) -> None:
    past = rich.past(clients=None, interactions=None, invoices=None, events=None)
    assert not _families(past) & (CONTACTS | EVENTS | {"payments", "referrals", "attributes"})
    assert list(snapshot(past, FeaturePlan()).frame)
