import dataclasses

import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle, fit
from segml.ledger import Ledger
from segml.scoring import Scored, score
from segml.scoring.outlook import NONE
from segml.words.plan import Plan

VERSION = "2023-10-02-0123456789"


def test_every_active_client_has_a_row_for_each_horizon_and_nobody_else(
    scored: Scored, bundle: Bundle
) -> None:
    assert bundle.outlook is not None
    days = list(bundle.outlook.horizons.days)
    active = scored.scores.loc[scored.scores["status"].eq("active"), "client_id"]
    told = scored.outlook
    assert told["client_id"].tolist() == np.repeat(active.to_numpy(), len(days)).tolist()
    assert told["horizon_days"].tolist() == days * len(active)


def test_the_churn_horizon_tells_the_published_probability_bit_for_bit(
    scored: Scored, bundle: Bundle
) -> None:
    told = scored.outlook[scored.outlook["horizon_days"].eq(bundle.plan.churn.horizon_days)]
    published = scored.scores.set_index("client_id")["p_churn"].dropna()
    assert (
        published.loc[told["client_id"]].to_numpy().tobytes()
        == told["p_churn"].to_numpy().tobytes()
    )


def test_the_risk_never_rises_with_the_horizon(scored: Scored) -> None:
    clients = scored.scores["status"].eq("active").sum()
    by_days = scored.outlook["p_churn"].to_numpy().reshape(clients, -1)
    assert by_days.shape[1] > 1
    assert (np.diff(by_days, axis=1) <= 0).all()


def test_nobody_rises_above_the_top_or_falls_below_the_lowest(
    ledger: Ledger, as_of: int, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    # so few clients change tier that nothing would be learnt of it
    monkeypatch.setattr("segml.outcomes.move_fit.LEAST_MOVED", 5)
    bundle = fit(ledger, as_of, plan, threads=1)
    scored = score(bundle, ledger, as_of, version=VERSION)
    rank = scored.scores.set_index("client_id")["tier_rank"]
    told = scored.outlook.dropna(subset=["p_up", "p_down"])
    ranks = rank.loc[told["client_id"]].to_numpy()
    assert len(told)
    assert told.loc[ranks == 1, "p_up"].eq(0).all()
    assert told.loc[ranks == len(bundle.tiers.names), "p_down"].eq(0).all()
    assert (told["p_up"] + told["p_down"] <= 1).all()


def test_a_version_without_an_outlook_gives_no_rows_and_says_so(
    bundle: Bundle, ledger: Ledger, as_of: int, scored: Scored
) -> None:
    old = score(dataclasses.replace(bundle, outlook=None), ledger, as_of, version=VERSION)
    assert old.outlook.empty
    pd.testing.assert_series_equal(old.outlook.dtypes, scored.outlook.dtypes)
    assert NONE in old.counts["notes"]
    assert NONE not in scored.counts["notes"]
