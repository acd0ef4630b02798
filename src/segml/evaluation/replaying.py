"""One origin replayed: what every model said of every client, beside what came."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle import Bundle, fit
from segml.evaluation.baselines import BASELINES, USES
from segml.evaluation.chances import as_chance
from segml.evaluation.measures import MODEL, PREVIOUS, Models, chance_column
from segml.evaluation.money_baselines import MONEY_BASELINES, MoneyRows, money_rows, reach
from segml.evaluation.slices import NEW_DAYS, key_clients, small_clients
from segml.features import snapshot
from segml.ledger import Ledger, date_of
from segml.outcomes import churn, potential
from segml.scoring import score
from segml.words.plan import Plan

Values = npt.NDArray[np.float64]
MODELS = Models(
    risks=(MODEL, PREVIOUS, *BASELINES),
    money=(MODEL, *MONEY_BASELINES),
)
"""Everyone who is measured."""
_MONEY = ["profit_365", "revenue_365"]
_OWN = ("expected_profit", "median_profit", "expected_profit_low", "expected_profit_high")


class Replay:
    """Origins replayed one after the other; what several of them ask of a day is asked once."""

    def __init__(self, ledger: Ledger, plan: Plan, *, threads: int) -> None:
        self._ledger, self._plan, self._threads = ledger, plan, threads
        self._churn_rows: dict[int, pd.DataFrame] = {}
        self._reaches: dict[int, Mapping[str, float]] = {}
        self._previous: Bundle | None = None

    def at(self, day: int) -> tuple[pd.DataFrame, list[str]]:
        """One origin's predictions beside its outcomes, and the fit's notes; call in order of time.

        Parameters
        ----------
        day
            The origin, days since 1970-01-01.
        """
        bundle = fit(self._ledger, day, self._plan, threads=self._threads)
        scored = score(bundle, self._ledger, day, version="backtest")
        scores = scored.scores.set_index("client_id")
        scores = scores[scores["status"] != "prospect"]
        features = scored.features.set_index("client_id").loc[scores.index]
        active = churn.population(scores["status"])
        orders = money_rows(self._ledger.past(day), scores[_MONEY])
        frame = pd.DataFrame(
            {
                "origin": date_of(day),
                "status": scores["status"],
                "key": key_clients(features["spend_365"], active),
                "newcomer": orders.known_days <= NEW_DAYS,
                "small": small_clients(features["spend_365"], active),
                "tier_rank": scores["tier_rank"],
                "worth": scores["profit_365"].clip(lower=0.0),
                "lost": self._lost(day, scores.index).where(active),
                MODEL: scores["p_churn"],
                PREVIOUS: self._not_retrained(features).where(active),
                **self._baselines(bundle, features[list(USES)]),
                "profit": self._profit(day, scores.index),
                **{name: scores[name] for name in _OWN},
                **self._money(bundle, orders, scores.index),
            }
        )
        self._previous = bundle
        notes = [f"{date_of(day)}: {note}" for note in bundle.record.notes]
        return frame.rename_axis(index="client_id").reset_index(), notes

    def _not_retrained(self, features: pd.DataFrame) -> pd.Series:
        """The probability of the origin before's model; NaN for all at the first origin."""
        told = np.full(len(features), np.nan)
        if self._previous is not None and len(features):
            previous = self._previous
            told = previous.churn.probability(
                previous.encoder.matrix(features[list(previous.encoder.columns)])
            )
        return pd.Series(told, index=features.index)

    def _baselines(self, bundle: Bundle, now: pd.DataFrame) -> dict[str, pd.Series]:
        """Every baseline's risk, and its probability as the same past cut-offs teach it."""
        days = bundle.record.churn.cutoffs
        rows = pd.concat([self._rows_of(day, bundle) for day in days])
        lost = rows["lost"].to_numpy(np.float64)
        told = {}
        for name, baseline in BASELINES.items():
            risk = baseline(now, rows, lost)
            then = baseline(rows, rows, lost)
            told[name] = pd.Series(risk, index=now.index)
            chances = as_chance(risk, then, lost)
            told[chance_column(name)] = pd.Series(chances, index=now.index)
        return told

    def _rows_of(self, day: int, bundle: Bundle) -> pd.DataFrame:
        """What the baselines read of the active clients of a past cut-off, and their labels."""
        if day not in self._churn_rows:
            seen = snapshot(self._ledger.past(day), bundle.features, columns=USES)
            rows = seen.frame.loc[churn.population(seen.status), list(USES)]
            self._churn_rows[day] = rows.assign(lost=self._lost(day, rows.index))
        return self._churn_rows[day]

    def _money(self, bundle: Bundle, rows: MoneyRows, clients: pd.Index) -> dict[str, pd.Series]:
        """Every money baseline with the interval that the last past cut-off teaches it."""
        reaches = self._reaches_of(bundle.record.potential.cutoffs[-1], bundle)
        told = {}
        for name, expected in self._expected(rows).items():
            told[name] = pd.Series(expected, index=clients)
            told[f"{name}_low"] = told[name] - reaches[name]
            told[f"{name}_high"] = told[name] + reaches[name]
        return told

    def _reaches_of(self, day: int, bundle: Bundle) -> Mapping[str, float]:
        if day not in self._reaches:
            past = self._ledger.past(day)
            then = snapshot(past, bundle.features, columns=("spend_365",))
            money = then.money.loc[then.status.ne("prospect"), _MONEY]
            actual = self._profit(day, money.index).to_numpy(np.float64)
            expected = self._expected(money_rows(past, money))
            self._reaches[day] = {name: reach(actual, told) for name, told in expected.items()}
        return self._reaches[day]

    def _expected(self, rows: MoneyRows) -> dict[str, Values]:
        days = self._plan.potential.horizon_days
        return {name: baseline(rows, days) for name, baseline in MONEY_BASELINES.items()}

    def _lost(self, day: int, clients: pd.Index) -> pd.Series:
        rules = self._plan.churn
        future = self._ledger.future(day, gap_days=rules.gap_days, horizon_days=rules.horizon_days)
        return churn.label(future, clients)

    def _profit(self, day: int, clients: pd.Index) -> pd.Series:
        """The profit of potential's horizon; NaN for all where the ledger ends before it does."""
        gap, horizon = self._plan.churn.gap_days, self._plan.potential.horizon_days
        if day + gap + horizon > self._ledger.last_day + 1:
            return pd.Series(np.nan, index=clients)
        future = self._ledger.future(day, gap_days=gap, horizon_days=horizon)
        return potential.label(future, clients)["profit"]
