from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segml.outcomes import Rows, split
from segml.outcomes.folds import GROUPS, VALIDATED, client_groups


@pytest.mark.parametrize(("cutoffs", "label_days"), [(6, 30), (6, 60), (6, 150), (12, 95)])
def test_no_client_is_on_both_sides_and_no_label_reaches_into_the_test(
    made: Callable[..., Rows], cutoffs: int, label_days: int
) -> None:
    rows = made(40, cutoffs)
    folds = split(rows, label_days=label_days)
    assert folds.kind == "time and client"
    for fold in folds.folds:
        assert not set(rows.client[fold.learn]) & set(rows.client[fold.validate])
        validating = set(rows.cutoff[fold.validate])
        assert len(validating) == 1
        assert rows.cutoff[fold.learn].max() + label_days <= validating.pop()


def test_labels_that_end_one_day_late_are_purged(made: Callable[..., Rows]) -> None:
    rows = made(40, 3)
    kept = split(rows, label_days=60)
    assert {int(c) for f in kept.folds for c in rows.cutoff[f.learn]} == {1000}
    assert split(rows, label_days=61).kind == "client"


def test_a_history_too_short_for_time_still_keeps_clients_apart_and_says_so(
    made: Callable[..., Rows],
) -> None:
    rows = made(40, 3)
    folds = split(rows, label_days=365)
    assert folds.kind == "client"
    assert "too short" in (folds.note or "")
    for fold in folds.folds:
        assert not set(rows.client[fold.learn]) & set(rows.client[fold.validate])


def test_every_row_validates_at_most_once_and_the_latest_cutoffs_do(
    made: Callable[..., Rows],
) -> None:
    rows = made(40, 12)
    folds = split(rows, label_days=30)
    validated = np.concatenate([fold.validate for fold in folds.folds])
    assert len(validated) == len(set(validated.tolist()))
    assert folds.cutoffs == tuple(int(c) for c in np.unique(rows.cutoff)[-VALIDATED:])


def test_one_class_cannot_be_split_and_says_so(made: Callable[..., Rows]) -> None:
    rows = made(40, 6)
    folds = split(rows, label_days=30).teaching(np.ones(len(rows)))
    assert folds.kind == "none"
    assert folds.folds == ()
    assert "too few" in (folds.note or "")


def test_a_clients_group_depends_on_its_id_alone() -> None:
    many = np.array([f"клиент {i}" for i in range(200)], dtype=object)
    groups = client_groups(many)
    assert set(groups.tolist()) == set(range(GROUPS))
    assert (client_groups(many[::-1]) == groups[::-1]).all()
    assert (client_groups(many[:7]) == groups[:7]).all()
