"""Metrics of several models over origins, and the lead of one, with intervals over clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.evaluation import auc, average_precision, brier
from segml.evaluation.measures import MODEL, chance_column

Metric = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class Asked:
    """A metric of a slice; `better` is 1 where more is better, -1 where less is."""

    name: str
    metric: Metric
    better: int = 1
    key: bool = False
    chances: bool = False


ASKED = (
    Asked("AUC", auc),
    Asked("average precision", average_precision),
    Asked("Brier score", brier, better=-1, chances=True),
    Asked("AUC of key clients", auc, key=True),
)
DRAWS, TAIL = 100, 0.05


@dataclass(frozen=True)
class Held:
    """A mean over origins, and its 90 % interval by bootstrap over clients."""

    mean: float
    low: float
    high: float

    @property
    def text(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def compare(
    predictions: pd.DataFrame, models: Sequence[str], *, seed: int = 0
) -> Mapping[str, tuple[Mapping[str, Held], Mapping[str, Held]]]:
    """By metric: every model's figure, and segml's lead over every other (more is better).

    Parameters
    ----------
    predictions
        As `Backtest.predictions`, the models' columns among them.
    models
        Their names, segml's too.
    seed
        Of the draws; a client is drawn with all its origins.
    """
    rows = predictions.dropna(subset=["lost"])
    codes, clients = pd.factorize(rows["client_id"], sort=True)
    origins = [np.flatnonzero(rows["origin"] == origin) for origin in rows["origin"].unique()]
    columns = {name: rows[name].to_numpy(np.float64) for name in ("lost", "key")}
    columns |= {
        name: rows[name].to_numpy(np.float64)
        for model in models
        for name in (model, chance_column(model))
    }
    rng = np.random.default_rng(seed)
    whole = _means(columns, origins, models)
    drawn = []
    for _ in range(DRAWS):
        often = rng.multinomial(len(clients), np.full(len(clients), 1 / len(clients)))
        picked = [np.repeat(at, often[codes[at]]) for at in origins]
        drawn.append(_means(columns, picked, models))
    many = np.array(drawn)
    return {
        asked.name: (
            {name: _held(whole[a, m], many[:, a, m]) for m, name in enumerate(models)},
            {
                name: _held(
                    asked.better * (whole[a, ours] - whole[a, m]),
                    asked.better * (many[:, a, ours] - many[:, a, m]),
                )
                for m, name in enumerate(models)
                if name != MODEL
            },
        )
        for ours in [list(models).index(MODEL)]
        for a, asked in enumerate(ASKED)
    }


def best_of(asked: str, figures: Mapping[str, Held]) -> str:
    """The rival with the best mean of a metric."""
    better = {one.name: one.better for one in ASKED}[asked]
    rivals = {name: better * held.mean for name, held in figures.items() if name != MODEL}
    return max(rivals, key=lambda name: rivals[name])


def _means(
    columns: Mapping[str, np.ndarray], origins: Sequence[np.ndarray], models: Sequence[str]
) -> np.ndarray:
    """Shape (metrics, models): the mean over origins."""
    found = np.empty((len(origins), len(ASKED), len(models)))
    for place, at in enumerate(origins):
        for a, asked in enumerate(ASKED):
            chosen = at[columns["key"][at] == 1] if asked.key else at
            for m, model in enumerate(models):
                told = columns[chance_column(model) if asked.chances else model][chosen]
                found[place, a, m] = asked.metric(columns["lost"][chosen], told)
    return np.asarray(found.mean(axis=0))


def _held(mean: float, draws: np.ndarray) -> Held:
    low, high = np.quantile(draws, [TAIL, 1 - TAIL])
    return Held(float(mean), float(low), float(high))
