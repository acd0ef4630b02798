from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot

LINES = pd.DataFrame({"client_id": ["a", "b", "c"], "day": [0, 0, 790], "amount": 1.0})
CLIENTS = pd.DataFrame({"client_id": ["a", "b", "c"], "region": ["north", "south", "north"]})


def _outages(days: list[int], scope: str = "region", value: str | None = "north") -> pd.DataFrame:
    ids = [f"{scope}{day}" for day in days]
    columns = {"event_id": ids, "day": days, "kind": "service_outage", "scope": scope}
    return pd.DataFrame({**columns, "scope_value": value})


def test_those_of_its_region_and_of_all_count(snap: Callable[..., Snapshot]) -> None:
    rows = pd.concat([_outages([619, 620, 709, 710, 799]), _outages([780], "all", None)])
    made = snap(LINES, 800, clients=CLIENTS, events=rows).frame
    assert made["outages_90"].to_dict() == {"a": 3, "b": 1, "c": 1}
    assert made["outages_180"].to_dict() == {"a": 5, "b": 1, "c": 1}


def test_an_outage_before_the_first_order_did_not_reach_it(snap: Callable[..., Snapshot]) -> None:
    made = snap(LINES, 800, clients=CLIENTS, events=_outages([790, 791])).frame
    assert made["outages_90"].to_dict() == {"a": 2, "b": 0, "c": 1}


def test_the_rise_is_against_the_own_normal(snap: Callable[..., Snapshot]) -> None:
    rows = _outages([200, 300, 700, 720])
    made = snap(LINES, 800, clients=CLIENTS, events=rows).frame
    assert made.loc["a", "outages_rise_180"] == pytest.approx(2 * 365 / 180 - 1)
    assert made.loc["b", "outages_rise_180"] == 0
    assert np.isnan(made.loc["c", "outages_rise_180"])


def test_events_that_begin_later_have_no_normal(snap: Callable[..., Snapshot]) -> None:
    made = snap(LINES, 800, clients=CLIENTS, events=_outages([540, 700])).frame
    assert made["outages_rise_180"].isna().all()
