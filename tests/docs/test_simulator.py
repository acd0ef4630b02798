"""docs/simulator.md against the simulator: ranges, courses, contacts, the columns of the truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segml.simulate import CAUSES, COURSES, RANGES, make_world
from segml.simulate.aftermath import ADDED
from segml.simulate.courses import KIND_OF, SHARES
from segml.simulate.spells import LONG_MONTHS, RAMP_MONTHS

PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"


def test_every_number_stands_with_its_range_and_limits(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]]
) -> None:
    rows = tables("simulator.md")["Numbers"][0]
    told = {codes(row["Number"])[0]: list(row.values())[1:] for row in rows}
    wanted = {
        name: [f"{r.low:g} to {r.high:g}", f"{r.least:g} to {r.most:g}", r.meaning]
        for name, r in RANGES.items()
    }
    assert told == wanted


def test_every_cause_stands_with_its_courses_and_contacts(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]]
) -> None:
    shares, courses, added = tables("simulator.md")["Loss"]
    told = {codes(row["Cause"])[0]: [float(row[name]) for name in COURSES] for row in shares}
    assert told == {cause: list(SHARES[cause]) for cause in CAUSES}
    kinds = {codes(row["Course"])[0]: codes(row["Kind"])[0] for row in courses}
    assert kinds == {name: KIND_OF.get(name, "left") for name in COURSES}
    column = "Contacts added (mean number, days)"
    contacts = {codes(row["Cause"])[0]: row[column] for row in added}
    assert contacts == {
        cause: ", ".join(f"{a.kind} ({a.mean:g}, {a.days})" for a in ADDED[cause]) or "none"
        for cause in CAUSES
    }


def test_every_spell_stands_with_its_months(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]]
) -> None:
    rows = tables("simulator.md")["Spells"][0]
    told = {codes(row["Spell"])[0]: (row["Months"], row["Rises over"]) for row in rows}
    assert told == {
        kind: (f"{low} to {high}", str(RAMP_MONTHS[kind]))
        for kind, (low, high) in LONG_MONTHS.items()
    }


@pytest.mark.parametrize("name", ["truth", "truth_clients", "truth_events"])
def test_every_column_of_the_truth_is_named(name: str) -> None:
    text = PAGE.read_text("utf-8")
    columns = getattr(make_world(clients=20, months=6, seed=0), name).columns
    for column in columns:
        told = "hazard_<cause>" if column in {f"hazard_{cause}" for cause in CAUSES} else column
        assert f"`{told}`" in text, column


def test_the_table_of_ten_seeds_holds_the_observer_within_its_promise(
    tables: Callable[[str], Any],
) -> None:
    rows = tables("simulator.md")["How hard it is"][0]
    seeds = [row for row in rows if row["Seed"] != "mean"]
    assert [int(row["Seed"]) for row in seeds] == list(range(10))
    for row in seeds:
        assert 0.65 <= float(row["observer"]) <= 0.85
        assert float(row["SHAP top"]) <= 0.40
        assert float(row["SHAP group"]) <= 0.40
