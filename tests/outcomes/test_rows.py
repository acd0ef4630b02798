from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from segml.outcomes import Rows


def test_rows_count_alike_and_together_as_much_as_there_are_clients(
    made: Callable[..., Rows],
) -> None:
    rows = made(10, 4).take(np.arange(35))  # five clients are not at the last cut-off
    assert len(set(np.unique_counts(rows.client.astype(str)).counts.tolist())) == 2
    assert set(rows.weight.tolist()) == {10 / 35}
    assert len(rows.take(np.arange(0)).weight) == 0


def test_a_client_twice_at_one_cutoff_is_refused(made: Callable[..., Rows]) -> None:
    rows = made(10, 2)
    doubled = rows.take(np.array([0, 1, 2, 2]))
    with pytest.raises(ValueError, match="1 clients stand twice"):
        _ = doubled.order


def test_labels_that_are_not_finite_are_refused(made: Callable[..., Rows]) -> None:
    rows = made(10, 2)
    with pytest.raises(ValueError, match="1 labels are not finite"):
        rows.labelled(np.where(np.arange(len(rows)) == 3, np.nan, 0.0))


def test_lengths_that_do_not_fit_are_refused(made: Callable[..., Rows]) -> None:
    rows = made(10, 2)
    with pytest.raises(ValueError, match="20 rows have 20 labels, 19 cut-offs"):
        dataclasses.replace(rows, cutoff=rows.cutoff[:-1])


def test_a_categorical_column_has_no_monotone_sign(made: Callable[..., Rows]) -> None:
    rows = made(10, 2).signed((-1, 1, -1, 1))
    assert rows.signs == (-1, 1, -1, 0)


def test_parts_of_rows_in_bins_keep_their_bins(made: Callable[..., Rows]) -> None:
    rows = made(10, 2).in_bins(63)
    part = rows.take(np.array([1, 4, 7])).take(np.array([0, 2]))
    assert part.binned is not None
    assert part.binned.at.tolist() == [1, 7]
    np.testing.assert_array_equal(part.binned.X, part.X)
    assert rows.take(np.array([4, 1])).binned is None
