"""Hazards of days asked about: of the right month and fold, and what they say of a loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from segml.losses.asked import HORIZON_DAYS, Asked
from segml.losses.courses import WEEK
from segml.losses.exposed_months import MONTH_DAYS
from segml.losses.exposures import Column, Risk
from segml.losses.hazards import SUREST, Hazards, hazards_of, with_asked
from segml.losses.months import month_starts
from segml.losses.taught import FOLDS, crossed

CLIENTS = ("a", "b", "c")
STARTS = np.array(month_starts(0, 400), dtype=np.int64)
ASKED = Asked(clients=("a", "c"), past=(int(STARTS[5]),), today=int(STARTS[8]) + 10)


def risk() -> Risk:
    return Risk(
        clients=CLIENTS,
        starts=STARTS,
        at_risk=np.ones((3, len(STARTS)), bool),
        lost=np.array([1]),
        month=np.array([3]),
        known=np.ones(len(STARTS)),
    )


def rates(hazard: float) -> pd.DataFrame:
    return pd.DataFrame(hazard, index=pd.Index(ASKED.clients), columns=list(ASKED.days))


def test_a_day_s_month_is_the_last_that_had_begun_before_it() -> None:
    found = with_asked(risk(), ASKED)
    assert found.lost.tolist() == [1, 0, 0, 2, 2]
    assert found.month.tolist() == [3, 8, 4, 8, 4]
    assert with_asked(risk(), None).lost.tolist() == [1]


def test_nothing_is_told_of_who_or_of_what_day_was_not_asked_about() -> None:
    with pytest.raises(ValueError, match="looked for"):
        with_asked(risk(), replace(ASKED, clients=("a", "nobody")))
    told = Hazards(asked=ASKED, a_month=rates(0.1))
    for client, day in (("b", ASKED.today), ("a", ASKED.today + 1)):
        with pytest.raises(KeyError):
            told.log_odds([client], day, np.zeros(1))


def test_a_client_is_told_by_the_folds_that_its_own_decline_did_not_teach() -> None:
    draws = np.random.default_rng(2)
    met = np.column_stack([np.ones(60), draws.random(60) < 0.4])
    fold = np.arange(60) % FOLDS
    asked_met = np.array([[1, 1], [1, 0], [1, 1], [1, 0]], dtype=np.float64)
    columns = [
        Column(
            reason=reason,  # type: ignore[arg-type]  # a reason
            feature="x",
            event_ids=(),
            mass=mass,
            met=np.concatenate([values, more]),
        )
        for reason, mass, values, more in zip(
            ("unknown", "service"), (6000.0, 600.0), met.T, asked_met.T, strict=True
        )
    ]
    taught = crossed(met, columns, fold)
    found = hazards_of(taught, columns, {"a": 2}, ASKED).a_month.to_numpy()
    weights = np.stack([each.weights for each in taught])
    own = asked_met[:2] @ weights[2]
    assert found[0] == pytest.approx(own)
    assert found[1] == pytest.approx(asked_met[2:] @ weights.mean(axis=0))
    assert np.ptp(weights[:, 1]) > 0.0
    assert (found[:, 0] > found[:, 1]).all()


@given(
    hazard=st.floats(1e-4, 0.5),
    ratio=st.floats(-30.0, 60.0),
)
def test_the_log_odds_are_bayes_rule_of_a_decline_under_way_or_to_come(
    hazard: float, ratio: float
) -> None:
    told = Hazards(asked=ASKED, a_month=rates(hazard))
    (found,) = told.log_odds(["c"], ASKED.today, np.array([ratio]))
    begun = expit(ratio + np.log(hazard * WEEK / MONTH_DAYS))
    comes = 1.0 - np.exp(-hazard * HORIZON_DAYS / MONTH_DAYS)
    chance = begun + (1.0 - begun) * comes
    assert found == pytest.approx(np.clip(logit(chance), -SUREST, SUREST), abs=1e-6)
