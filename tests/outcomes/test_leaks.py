"""A feature that knows the label is named; one that is merely good is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from segml.outcomes import Rows, Suspect, suspects

OWN = ("expected_orders_own", "silence_over_gap", "profit_365")

SILENCE = "silence_over_gap"


@pytest.fixture(scope="module")
def rows(made: Callable[..., Rows]) -> Rows:
    return made(400, 6, seed=2)


def with_column(rows: Rows, name: str, values: np.ndarray, *, is_code: bool = False) -> Rows:
    return replace(
        rows,
        X=np.column_stack([rows.X, values.astype(np.float32)]),
        columns=(*rows.columns, name),
        categorical=(*rows.categorical, *([len(rows.columns)] if is_code else [])),
        monotone=(*rows.monotone, 0),
    )


def flipped(y: np.ndarray, share: float) -> np.ndarray:
    rng = np.random.default_rng(7)
    return np.where(rng.random(len(y)) < share, 1 - y, y)


def found(rows: Rows, today: np.ndarray | None = None, **how: Sequence[str]) -> list[Suspect]:
    return list(
        suspects(
            rows, rows.X if today is None else today, **{"own_orders": OWN, **how}, silence=SILENCE
        )
    )


def test_sound_features_are_not_suspected(rows: Rows) -> None:
    assert found(rows) == []


def test_a_copy_of_the_label_tells_too_much(rows: Rows) -> None:
    leaking = with_column(rows, "closed", flipped(rows.y, 0.02))
    (suspect,) = found(leaking)
    assert (suspect.feature, suspect.mark) == ("closed", "tells too much")
    assert 0.95 < suspect.auc < 1.0
    assert 0.5 < suspect.beside < suspect.auc - 0.05


def test_a_good_feature_is_no_leak(rows: Rows) -> None:
    assert found(with_column(rows, "visits", flipped(rows.y, 0.15))) == []


def test_clients_own_orders_may_tell_everything(rows: Rows) -> None:
    certain = with_column(rows, "silence_days", flipped(rows.y, 0.01))
    assert found(certain, own_orders=(*OWN, "silence_days")) == []


def test_nothing_is_too_much_that_orders_tell_as_well(rows: Rows) -> None:
    certain = with_column(rows, "silence_days", flipped(rows.y, 0.01))
    both = with_column(certain, "contact_silence", flipped(rows.y, 0.02))
    assert found(both, own_orders=(*OWN, "silence_days")) == []


def test_a_fact_changed_once_clients_had_gone_tells_nothing_today(rows: Rows) -> None:
    archived = flipped(rows.y, 0.1)
    leaking = with_column(rows, "manager", archived, is_code=True)
    today = leaking.X[rows.cutoff == rows.cutoff.max()].copy()
    today[:, -1] = 0.0
    (suspect,) = found(leaking, today)
    assert (suspect.feature, suspect.mark) == ("manager", "tells nothing today")
    assert suspect.beside == 0.0


def test_a_source_that_stopped_tells_nothing_today(rows: Rows) -> None:
    calls = with_column(rows, "contacts_90", flipped(rows.y, 0.2))
    today = calls.X.copy()
    assert found(calls, today) == []
    today[:, -1] = np.nan
    assert [one.feature for one in found(calls, today)] == ["contacts_90"]


def test_neither_a_weak_feature_nor_own_orders_are_missed(rows: Rows) -> None:
    today = rows.X.copy()
    today[:, rows.columns.index("region")] = np.nan
    assert found(rows, today) == []
    today[:, rows.columns.index("expected_orders_own")] = np.nan
    assert found(rows, today) == []


def test_trusted_features_are_not_asked(rows: Rows) -> None:
    leaking = with_column(rows, "closed", flipped(rows.y, 0.02))
    assert found(leaking, trusted=["closed"]) == []


def test_a_category_of_one_client_tells_nothing_of_others(rows: Rows) -> None:
    codes = np.unique(rows.client.astype(str), return_inverse=True)[1]
    always = with_column(rows, "contract", codes, is_code=True)
    lost_once = np.isin(rows.client, rows.client[rows.y == 1]).astype(float)
    assert found(replace(always, y=lost_once)) == []


def test_few_clients_prove_nothing(made: Callable[..., Rows]) -> None:
    few = made(90, 6)
    assert found(with_column(few, "closed", few.y)) == []


def test_the_order_of_rows_changes_nothing(rows: Rows) -> None:
    leaking = with_column(rows, "closed", flipped(rows.y, 0.02))
    shuffled = leaking.take(np.random.default_rng(1).permutation(len(leaking)))
    assert found(shuffled) == found(leaking)
