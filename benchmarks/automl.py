"""What an AutoML peer says of clients; run by the peer's own Python, which has no segml.

python automl.py PAST NOW TOLD SECONDS: AutoGluon's tabular predictor, `medium_quality`, learns
`lost` from PAST, a Parquet table of features, within SECONDS; the probabilities of NOW's rows go
to TOLD. It prints its models, best first.
"""

from __future__ import annotations

import sys
import tempfile

import pandas as pd


def main(past: str, now: str, told: str, seconds: str) -> None:
    # of its own environment, see peer.py
    from autogluon.tabular import TabularPredictor

    with tempfile.TemporaryDirectory() as folder:
        predictor = TabularPredictor(
            label="lost", problem_type="binary", eval_metric="roc_auc", path=folder, verbosity=0
        )
        predictor.fit(pd.read_parquet(past), presets="medium_quality", time_limit=float(seconds))
        chance = predictor.predict_proba(pd.read_parquet(now))[1]
        models = predictor.leaderboard()["model"].tolist()
    chance.astype("float64").to_frame("chance").to_parquet(told)
    print(", ".join(models))


if __name__ == "__main__":
    main(*sys.argv[1:])
