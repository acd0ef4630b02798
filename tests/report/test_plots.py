"""Plots for the tracker: PNG bytes, the same for the same values, without a warning."""

from __future__ import annotations

import numpy as np

from segml.features import CATALOGUE
from segml.report import calibration_plot, contribution_plot

PNG = b"\x89PNG\r\n"


def test_the_same_contributions_give_the_same_bytes() -> None:
    rng = np.random.default_rng(0)
    names = [feature.label for feature in CATALOGUE]
    values, data = rng.normal(size=(2, 40, len(names)))
    data[::3] = np.nan
    first = contribution_plot(values, data, names)
    assert first.startswith(PNG)
    assert contribution_plot(values, data, names) == first
    assert contribution_plot(-values, data, names) != first


def test_constant_contributions_and_unknown_values_have_a_plot() -> None:
    nothing = np.zeros((3, 2))
    assert contribution_plot(nothing, np.full((3, 2), np.nan), ["a", "b"]).startswith(PNG)


def test_calibration_has_a_plot_with_fewer_rows_than_bins() -> None:
    chance, outcome = np.array([0.1, 0.9]), np.array([0.0, 1.0])
    first = calibration_plot(chance, outcome)
    assert first.startswith(PNG)
    assert calibration_plot(chance, 1 - outcome) != first
