"""A small trained portfolio: eighty clients, two years and a half, three alphabets."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml import bundle, scoring
from segml.ledger import open_ledger
from segml.stores import Registry, Version, publish, scores_folder
from segml.words.plan import ChurnPlan, Economics, LedgerPlan, Plan, PotentialPlan, SourcePlan

AS_OF = dt.date(2012, 5, 1)
NOW = dt.datetime(2012, 5, 2, tzinfo=dt.UTC)
INDUSTRIES = ("food", "металл", "建筑")


@dataclass(frozen=True)
class Trained:
    folder: Path
    registry: Registry
    version: Version
    scored: scoring.Scored
    published: Path
    as_of: dt.date = AS_OF
    now: dt.datetime = NOW
    industries: tuple[str, ...] = INDUSTRIES


def transactions() -> pd.DataFrame:
    """Orders at each client's own pace; every fourth client stops at a time of its own."""
    chance = np.random.default_rng(7)
    rows = []
    for client in range(80):
        pace, size = chance.uniform(5, 60), chance.lognormal(4, 1)
        day, end = chance.uniform(0, 60), 900.0 if client % 4 else chance.uniform(300, 900)
        while day < end:
            amount = round(size * chance.lognormal(0, 0.3), 2)
            rows.append(
                (f"c{client:02d}", dt.datetime(2010, 1, 1) + dt.timedelta(int(day)), amount)
            )
            day += chance.exponential(pace) + 1
    return pd.DataFrame(rows, columns=["client_id", "date", "amount"])


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("portfolio")
    transactions().to_parquet(folder / "lines.parquet")
    ids = [f"c{client:02d}" for client in range(80)]
    industries = [INDUSTRIES[client % 3] for client in range(80)]
    pd.DataFrame({"client_id": ids, "industry": industries}).to_parquet(folder / "clients.parquet")
    plan = Plan(
        portfolio="оптовый",
        ledger=LedgerPlan(
            transactions=SourcePlan(path=str(folder / "lines.parquet")),
            clients=SourcePlan(path=str(folder / "clients.parquet")),
        ),
        economics=Economics(margin_rate=0.3),
        churn=ChurnPlan(horizon_days=60, active_days=200, cutoffs=3),
        potential=PotentialPlan(horizon_days=90),
    )
    registry = Registry(folder / "models", plan.portfolio)
    with open_ledger(plan.ledger, plan.economics) as ledger:
        learnt = bundle.fit(ledger, AS_OF, plan, threads=1)
        with registry.staging() as staged:
            digest = bundle.save(learnt, staged).digest
            version = registry.add(staged, as_of=AS_OF, manifest_digest=digest, at=NOW)
        scored = scoring.score(learnt, ledger, AS_OF, version=version.version)
    tables = {name: getattr(scored, name) for name in ("scores", "reasons", "features", "clients")}
    run = {"portfolio": plan.portfolio, **scored.summary}
    published = publish(scores_folder(folder / "out", AS_OF), tables, run)
    return Trained(folder, registry, version, scored, published)
