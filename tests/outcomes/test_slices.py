"""The parts that are judged apart."""

from __future__ import annotations

import numpy as np

from segml.outcomes.rows import Rows
from segml.outcomes.slices import by_slice, slices


def _rows(columns: tuple[str, ...]) -> Rows:
    spend = np.array([*range(20), *range(100, 110)], dtype=np.float32)
    tenure = np.array([10, 400, *[365] * 28], dtype=np.float32)
    values = {"spend_365": spend, "tenure_days": tenure}
    return Rows(
        X=np.column_stack([values[name] for name in columns]),
        y=np.zeros(30),
        cutoff=np.array([1] * 20 + [2] * 10),
        client=np.array([str(n) for n in range(30)], dtype=object),
        columns=columns,
    )


def test_key_rows_are_the_top_tenth_of_their_own_cutoff() -> None:
    key = slices(_rows(("spend_365", "tenure_days")))["key"]
    assert np.flatnonzero(key).tolist() == [18, 19, 29]


def test_newcomers_have_been_clients_for_less_than_a_year() -> None:
    assert np.flatnonzero(slices(_rows(("tenure_days",)))["new"]).tolist() == [0]


def test_a_part_whose_feature_is_absent_is_left_out() -> None:
    assert set(slices(_rows(("tenure_days",)))) == {"new"}


def test_each_measure_is_given_for_all_rows_and_by_part() -> None:
    counted = by_slice(_rows(("spend_365", "tenure_days")), lambda part: {"n": float(part.sum())})
    assert counted == {"n": 30.0, "n/key": 3.0, "n/new": 1.0}
