"""Plots for the experiment tracker, as PNG bytes: what moves the scores, and the calibration."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]

INK, SOFT, ACCENT, WARN = "#1b2430", "#8894a3", "#1f6f8b", "#b4442e"
STYLE = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def contribution_plot(values: Array, data: Array, names: list[str], *, top: int = 15) -> bytes:
    """A SHAP summary plot: each row's contribution of each of the strongest features.

    Parameters
    ----------
    values
        Contributions, shape (rows, features), in the raw score's unit.
    data
        The features' values, same shape; colour runs from low (blue) to high (orange), grey
        where unknown.
    names
        Feature labels, one a column.
    top
        How many features are shown, by mean absolute contribution.
    """
    order = np.argsort(-np.abs(values).mean(axis=0), kind="stable")[:top]
    with _figure((8, 1 + 0.36 * len(order))) as figure:
        axes = figure.add_subplot()
        axes.scatter(
            values[:, order].T.ravel(),
            np.concatenate([row + _spread(values[:, j]) for row, j in enumerate(order.tolist())]),
            c=np.concatenate([_rank_colours(data[:, j]) for j in order.tolist()]),
            s=5,
            linewidths=0,
        )
        axes.axvline(0, color=SOFT, linewidth=0.8)
        axes.set_yticks(range(len(order)), [names[column] for column in order])
        axes.invert_yaxis()
        axes.set_xlabel("contribution to the raw score")
        return _png(figure)


def calibration_plot(probability: Array, outcome: Array, *, bins: int = 10) -> bytes:
    """A reliability plot: observed share against mean probability in bins of equal size.

    Parameters
    ----------
    probability, outcome
        Probabilities and what happened (0 or 1), both of shape (rows,).
    bins
        How many.
    """
    parts = np.array_split(np.argsort(probability, kind="stable"), bins)
    parts = [part for part in parts if len(part)]
    expected = [float(probability[part].mean()) for part in parts]
    observed = [float(outcome[part].mean()) for part in parts]
    with _figure((4.6, 4.2)) as figure:
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle="--")
        axes.plot(expected, observed, color=ACCENT, marker="o")
        axes.set_xlabel("mean probability")
        axes.set_ylabel("share that did not buy")
        return _png(figure)


def gain_plot(contacted: Sequence[float], gains: Mapping[str, Sequence[float]]) -> bytes:
    """A gain chart: the share of lost clients reached against the share contacted.

    Parameters
    ----------
    contacted
        Shares of clients, the riskiest first.
    gains
        A model's name to the shares of the lost it reaches there; the first is drawn strongest.
    """
    with _figure((4.6, 4.2)) as figure:
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle="--", label="chance")
        for name, reached in gains.items():
            first = name == next(iter(gains))
            axes.plot(contacted, reached, color=ACCENT if first else WARN, label=name)
        axes.set_xlabel("clients contacted, the riskiest first")
        axes.set_ylabel("lost clients reached")
        axes.legend(frameon=False)
        return _png(figure)


@contextmanager
def _figure(size: tuple[float, float]) -> Iterator[Figure]:
    """An empty figure in our style; matplotlib is loaded by who draws, and by nobody else."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        yield Figure(figsize=size, layout="constrained")


def _spread(values: Array) -> Array:
    """Vertical offsets that keep equal values apart: a row's place within its bin of values."""
    width = np.ptp(values) or 1.0
    bins = np.floor((values - values.min()) / width * 80).astype(int)
    offsets = np.zeros(len(values))
    for place in np.unique(bins):
        inside = np.flatnonzero(bins == place)
        offsets[inside] = (np.arange(len(inside)) - (len(inside) - 1) / 2) / max(len(values), 60)
    return np.clip(offsets * 8, -0.4, 0.4)


def _rank_colours(values: Array) -> Array:
    """(n, 3) from low to high by rank, grey where unknown."""
    import matplotlib.colors as mcolors

    low, high, grey = (np.array(mcolors.to_rgb(colour)) for colour in (ACCENT, WARN, SOFT))
    known = np.isfinite(values)
    share = np.zeros(len(values))
    share[known] = np.argsort(np.argsort(values[known], kind="stable")) / max(known.sum() - 1, 1)
    return np.where(known[:, None], low + (high - low) * share[:, None], grey)


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
    return stream.getvalue()
