from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from segml.outcomes import Curve
from segml.outcomes.curve import Shape


@pytest.mark.parametrize("shape", ["log", "log1p", "sqrt", "asinh"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_curve_goes_one_way_only(shape: Shape, sign: Literal[-1, 1]) -> None:
    values = Curve(feature="x", shape=shape, sign=sign).values(np.linspace(0.01, 90, 500))
    assert (sign * np.diff(values) > 0).all()


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_missing_value_stands_at_the_mean(sign: Literal[-1, 1]) -> None:
    curve = Curve(feature="x", shape="log1p", sign=sign).fitted([1.0, 3.0, np.nan], [1, 1, 5])
    expected = sign * (np.log(2) + np.log(4)) / 2
    assert curve.mean == pytest.approx(expected)
    assert curve.values([np.nan]) == pytest.approx([expected])


def test_values_outside_the_range_are_cut_and_stay_finite() -> None:
    shapes: tuple[Shape, ...] = ("log", "log1p", "sqrt")
    for shape in shapes:
        assert np.isfinite(Curve(feature="x", shape=shape, sign=1).values([-5.0, 0.0, 1e12])).all()


def test_a_curve_of_nothing_but_missing_values_says_nothing() -> None:
    curve = Curve(feature="x", shape="log", sign=1).fitted([np.nan], [1.0])
    assert curve.values([np.nan]).tolist() == [0.0]


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="weight >= 0"):
        Curve(feature="x", shape="log", sign=1, weight=-0.1)


def test_a_curve_read_back_is_the_curve_written() -> None:
    curve = Curve(feature="x", shape="asinh", sign=1, scale=0.1, weight=1 / 3, mean=2 / 7)
    assert Curve.from_json(curve.to_json()) == curve
