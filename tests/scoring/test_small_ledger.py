from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.bundle import fit
from segml.ledger import open_ledger
from segml.scoring import score
from segml.words.plan import (
    ChurnPlan,
    Economics,
    LedgerPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
)


def three_columns(clients: int, folder: Path) -> Plan:
    """Every client buys each `3 + i` weeks; every fifth stops after a year."""
    rows = [
        {"client_id": f"k{i:02}", "date": pd.Timestamp("2022-01-03") + pd.Timedelta(days=day)}
        | {"amount": 10.0 + i + day % 7}
        for i in range(clients)
        for day in range(i, 365 if i % 5 == 0 else 600, 7 * (3 + i % 4))
    ]
    pd.DataFrame(rows).to_csv(folder / "lines.csv", index=False)
    return Plan(
        portfolio="small",
        ledger=LedgerPlan(transactions=SourcePlan(path=str(folder / "lines.csv"))),
        economics=Economics(margin_rate=0.3),
        churn=ChurnPlan(horizon_days=60, active_days=180, cutoffs=4),
        potential=PotentialPlan(horizon_days=60),
    )


@pytest.mark.parametrize("clients", [4, 40])
def test_three_columns_and_a_few_clients_are_enough(clients: int, tmp_path: Path) -> None:
    plan = three_columns(clients, tmp_path)
    with open_ledger(plan.ledger, plan.economics) as ledger:
        as_of = ledger.last_day + 1
        scored = score(fit(ledger, as_of, plan, threads=1), ledger, as_of, version="v")
    assert len(scored.scores) == clients
    assert scored.scores["currency"].isna().all()
    assert (scored.scores["tier_margin"] >= 0).all()
    assert scored.summary["additive_error"] < 1e-6
    assert np.isfinite(scored.scores["raw_churn"]).all()
    assert scored.clients["name"].isna().all()
