"""Migration: every move is split exactly, whatever the four tiers are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segml.portfolio import ABSENT, Moves, migration

TIERS = st.sampled_from(["a", "b", "c"])
CLIENT = st.one_of(
    st.tuples(TIERS, TIERS, TIERS, TIERS, st.floats(-1e6, 1e6)),
    st.tuples(st.none(), st.none(), TIERS, TIERS, st.floats(-1e6, 1e6)),
)


def _moves(rows: list[tuple[str | None, str | None, str, str, float]]) -> Moves:
    columns = pd.DataFrame(rows, columns=["t00", "t10", "t01", "t11", "profit"], dtype=object)
    profit = columns["profit"].astype("float64")
    return Moves(
        before=columns["t00"],
        before_later_model=columns["t10"],
        after_earlier_model=columns["t01"],
        after=columns["t11"],
        profit_before=profit / 2,
        profit_after=profit,
    )


@given(st.lists(CLIENT, min_size=1, max_size=30))
def test_client_and_model_sum_to_the_moves(
    rows: list[tuple[str | None, str | None, str, str, float]],
) -> None:
    table = migration(_moves(rows))
    assert table["clients"].sum() == len(rows)
    moved = table[table["tier_before"] != table["tier_after"]]
    stayed = table[table["tier_before"] == table["tier_after"]]
    np.testing.assert_allclose(
        moved["clients_by_client"] + moved["clients_by_model"], moved["clients"]
    )
    np.testing.assert_allclose(
        moved["profit_by_client"] + moved["profit_by_model"], moved["profit_after"], atol=1e-6
    )
    parts = ["clients_by_client", "clients_by_model", "profit_by_client", "profit_by_model"]
    assert (stayed[parts] == 0).all().all()
    assert (table[["clients_by_client", "clients_by_model"]] >= 0).all().all()


def test_a_move_is_whose_change_makes_it() -> None:
    rows = [
        ("a", "a", "b", "b", 10.0),  # either model sees the client move
        ("a", "b", "a", "b", 20.0),  # the client does nothing, the models differ
        ("a", "a", "a", "b", 30.0),  # only both changes together move it
        (None, None, "b", "b", 40.0),  # new, and both models say so
    ]
    table = migration(_moves(rows)).set_index(["tier_before", "tier_after"])
    moved = table.loc[("a", "b")]
    assert (moved["clients"], moved["clients_by_client"], moved["clients_by_model"]) == (
        3,
        1.5,
        1.5,
    )
    assert moved["profit_by_client"] == pytest.approx(10 + 15)
    assert moved["profit_by_model"] == pytest.approx(20 + 15)
    assert table.loc[(ABSENT, "b"), "clients_by_client"] == 1


def test_one_model_leaves_nothing_to_the_model() -> None:
    table = migration(_moves([("a", "a", "b", "b", 1.0), ("b", "b", "a", "a", 2.0)]))
    assert (table["clients_by_model"] == 0).all()


def test_without_moves_there_are_the_columns_and_no_rows() -> None:
    some = migration(_moves([("a", "a", "b", "b", 1.0)]))
    none = migration(None)
    assert none.empty
    assert none.dtypes.equals(some.dtypes)
