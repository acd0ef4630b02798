from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot

LINES = pd.DataFrame(
    [
        ("a", 100, "x", "p", 60.0),
        ("a", 400, "x", "p", 30.0),
        ("a", 500, "y", "q", 70.0),
        ("a", 510, "y", "q", -50.0),  # a return is no part of the mix
        ("a", 760, "x", "p", 900.0),
        ("b", 500, "y", "r", 5.0),
    ],
    columns=["client_id", "day", "category", "product", "amount"],
)


def _changes(rows: list[tuple[int, str, str | None, float | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "scope", "scope_value", "magnitude"])
    return frame.assign(event_id=frame.index.astype(str), kind="price_change")


def test_a_change_counts_by_the_share_of_the_mix_in_the_year_before_it(
    snap: Callable[..., Snapshot],
) -> None:
    events = _changes([(700, "category", "x", 0.1)])  # the year before holds 30 of 100
    made = snap(LINES, 800, events=events).frame
    assert made.loc["a", "price_events_180"] == pytest.approx(0.03, abs=1e-6)
    assert made.loc["a", "price_events_90"] == 0
    assert made.loc["b", "price_events_180"] == 0


def test_products_cuts_and_unknown_magnitudes(snap: Callable[..., Snapshot]) -> None:
    events = _changes(
        [
            (700, "product", "q", -0.2),
            (720, "category", "x", None),
            (750, "all", None, 0.05),
            (740, "category", "z", 0.5),
            (800, "all", None, 0.5),  # tomorrow
        ]
    )
    made = snap(LINES, 800, events=events).frame
    assert made.loc["a", "price_events_180"] == pytest.approx(-0.2 * 0.7 + 0.05, abs=1e-6)
    assert made.loc["a", "price_events_90"] == pytest.approx(0.05)


def test_the_window_of_the_mix_ends_on_the_day_before(snap: Callable[..., Snapshot]) -> None:
    # [395, 760): the order of that day itself does not count, nor one 366 days before
    events = _changes([(760, "category", "x", 0.1)])
    made = snap(LINES, 800, events=events).frame
    assert made.loc["a", "price_events_90"] == pytest.approx(0.03, abs=1e-6)


def test_a_yearly_rise_is_its_normal(snap: Callable[..., Snapshot]) -> None:
    events = _changes([(100, "all", None, 0.04), (300, "all", None, 0.04)])
    later = _changes([(700, "all", None, 0.09)]).assign(event_id="9")
    made = snap(LINES, 800, events=pd.concat([events, later])).frame
    assert made.loc["a", "price_events_rise_180"] == pytest.approx(0.09 * 365 / 180 - 0.04)
    # b came on day 500: of the 365 days before the last 180 it saw 120
    assert made.loc["b", "price_events_rise_180"] == pytest.approx(0.09 * 365 / 180)


def test_without_magnitudes_there_is_no_price_event(snap: Callable[..., Snapshot]) -> None:
    events = _changes([(700, "all", None, None)]).drop(columns="magnitude")
    made = snap(LINES, 800, events=events).frame
    assert "price_events_180" not in made
    assert "rivals_180" in made
    assert np.isfinite(made["rivals_180"]).all()
