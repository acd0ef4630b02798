"""A night's scoring as a user would write it: pandas features, LightGBM, shap, and Parquet.

python -m benchmarks.night_by_hand learn ASKED    three models, of as many trees as they are asked
python -m benchmarks.night_by_hand score ASKED    scores and the eight leading reasons of each

ASKED is a file in JSON: the way of `by_hand` the features are made in, the files of both tables,
the economics, the day, the trees of each model, the folder to write to. In the plain way trees have
the shape LightGBM gives them unasked, in the careful one that of segml's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from benchmarks import by_hand
from benchmarks.meter import Meter

LEARNT_BEFORE_DAYS = 180
TOP = 8
PARAMS = {"learning_rate": 0.03, "verbosity": -1}
SHAPES = {"plain": {}, "careful": {"num_leaves": 16, "max_depth": 6}}


def learn(asked: dict[str, Any]) -> None:
    """Churn, buying and spending of half a year, learnt from the features before it."""
    lines, clients = _tables(asked)
    then, now = (
        _features(asked, lines, clients, asked["as_of"] - days) for days in (LEARNT_BEFORE_DAYS, 0)
    )
    now = now.loc[then.index]
    labels = {
        "churn": ("binary", now["orders_90"] == 0),
        "buys": ("binary", now["orders_180"] > 0),
        "spends": ("regression", np.sqrt(now["spend_180"].clip(lower=0))),
    }
    for name, (objective, y) in labels.items():
        rows = lgb.Dataset(then, y)
        params = PARAMS | SHAPES[asked["way"]] | {"objective": objective}
        booster = lgb.train(params, rows, asked["trees"][name])
        booster.save_model(_model(asked, name))


def score(asked: dict[str, Any]) -> None:
    """Scores and reasons of every client, each stage measured."""
    import shap

    meter = Meter()
    boosters = {name: lgb.Booster(model_file=_model(asked, name)) for name in asked["trees"]}
    with meter.stage("read"):
        lines, clients = _tables(asked)
    with meter.stage("features"):
        X = _features(asked, lines, clients, asked["as_of"])
    with meter.stage("predict"):
        scores = pd.DataFrame({name: one.predict(X) for name, one in boosters.items()}, X.index)
    with meter.stage("explain"):
        reasons = [
            _leading(shap.TreeExplainer(booster).shap_values(X), X).assign(subject=name)
            for name, booster in boosters.items()
        ]
    with meter.stage("write"):
        scores.to_parquet(Path(asked["output"]) / "scores.parquet")
        pd.concat(reasons).to_parquet(Path(asked["output"]) / "reasons.parquet", index=False)
    meter.tell()


def _tables(asked: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    clients = by_hand.read_clients(asked["clients"])
    way = by_hand.WAYS[asked["way"]]
    return by_hand.read_lines(way, asked["transactions"], clients, asked["economics"]), clients


def _features(
    asked: dict[str, Any], lines: pd.DataFrame, clients: pd.DataFrame, day: int
) -> pd.DataFrame:
    way = by_hand.WAYS[asked["way"]]
    return by_hand.features(way, lines, clients, day, asked["acquisition_days"])


def _model(asked: dict[str, Any], name: str) -> Path:
    return Path(asked["output"]) / f"{name}.txt"


def _leading(values: np.ndarray, X: pd.DataFrame) -> pd.DataFrame:
    """The features with the largest parts of each client's score, largest first."""
    places = np.argsort(-np.abs(values), axis=1)[:, :TOP]
    return pd.DataFrame(
        {
            "client_id": np.repeat(X.index.to_numpy(), TOP),
            "rank": np.tile(np.arange(1, TOP + 1), len(X)),
            "feature": pd.Categorical.from_codes(places.ravel(), X.columns),
            "value": np.take_along_axis(X.to_numpy(), places, axis=1).ravel(),
            "contribution": np.take_along_axis(values, places, axis=1).ravel(),
        }
    )


if __name__ == "__main__":
    {"learn": learn, "score": score}[sys.argv[1]](json.loads(Path(sys.argv[2]).read_text()))
