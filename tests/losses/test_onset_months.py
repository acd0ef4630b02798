import numpy as np
import pandas as pd
import pytest

from segml.losses.exposures import Risk, risk_of
from segml.losses.months import month_starts
from segml.losses.onset import Onset
from segml.losses.onset_months import beside, by_chance, onset_months

STARTS = np.array(month_starts(0, 599), dtype=np.int64)


def risk(latest: dict[str, int]) -> Risk:
    orders = pd.DataFrame(
        [(each, day, False) for each in "abc" for day in range(0, 600, 20)],
        columns=["client_id", "day", "is_return"],
    )
    return risk_of(orders, latest, clients=("a", "b", "c"), first_day=0, end=600)


def test_an_onset_known_to_the_day_is_in_its_month() -> None:
    day = int(STARTS[10]) + 15
    found = onset_months(risk({"b": day}), {"b": Onset(day, day, day, 9.0)})
    assert found.clients == ("b",)
    assert found.risk.month.tolist() == [10]
    assert found.weight.tolist() == [1.0]


def test_the_months_of_an_interval_share_the_onset_as_a_normal_does() -> None:
    onset = Onset(int(STARTS[10]) + 15, int(STARTS[9]) + 1, int(STARTS[12]) - 2, 9.0)
    found = onset_months(risk({"a": onset.high}), {"a": onset})
    assert found.risk.month.tolist() == [9, 10, 11]
    assert found.weight.sum() == pytest.approx(1.0)
    assert found.weight[1] > found.weight[0] > 0.1
    assert found.weight[2] == pytest.approx(found.weight[0], abs=0.05)


def test_a_column_is_averaged_client_by_client() -> None:
    wide = Onset(int(STARTS[10]) + 15, int(STARTS[9]) + 1, int(STARTS[12]) - 2, 9.0)
    day = int(STARTS[8]) + 15
    found = onset_months(
        risk({"a": wide.high, "c": day}), {"a": wide, "c": Onset(day, day, day, 9.0)}
    )
    assert found.clients == ("a", "c")
    mean = found.mean(np.array([[0.0, 1.0, 0.0, 5.0]]).T)
    assert mean.ravel().tolist() == pytest.approx([found.weight[1], 5.0])


def test_by_chance_the_months_stay_and_the_clients_are_drawn_from_those_at_risk() -> None:
    onset = Onset(int(STARTS[10]) + 15, int(STARTS[9]) + 1, int(STARTS[12]) - 2, 9.0)
    began = onset_months(risk({"a": onset.high}), {"a": onset})
    drawn = [by_chance(began, np.random.default_rng(seed)) for seed in range(20)]
    assert {each.clients for each in drawn} == {("a",), ("b",), ("c",)}
    assert all(each.risk.month.tolist() == [9, 10, 11] for each in drawn)
    assert len(beside([began, *drawn]).lost) == 3 * 21


def test_no_declines_have_no_months() -> None:
    found = onset_months(risk({}), {})
    assert found.clients == ()
    assert len(found.weight) == 0
