"""The snapshot of a date: every feature of every client known then, and the money behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from segml.features.catalogue import supported
from segml.features.family import Family
from segml.features.plan import FeaturePlan
from segml.features.query import PREFIX, input_name, snapshot_sql, wanted_inputs
from segml.ledger import Past
from segml.words.errors import DataRefused

MONEY_COLUMNS = (
    "profit_365",
    "profit_prev_365",
    "revenue_365",
    "cost_to_serve_365",
    "referral_profit_365",
    "value_365",
)
"""The columns of `Snapshot.money`, in order; all in the ledger's currency."""

CLIENT_COLUMNS = ("name", "manager", "region", "industry")
"""The columns of `Snapshot.clients`, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was known of every client at the start of a day.

    All frames share one index: `client_id`, text, sorted.

    Parameters
    ----------
    as_of
        The day, as days since 1970-01-01.
    frame
        One column a feature the ledger supports, of those asked for, in catalogue order. Numbers
        are float32, rounded here and nowhere else; NaN where `catalogue.BLANKS` says. Text columns
        hold str or None.
    money
        float64: the columns of `MONEY_COLUMNS` over [as_of - 365, as_of), and profit_prev_365
        over the year before.
    clients
        str or None: name, manager, region, industry.
    status
        "active", "lapsed" or "prospect".
    state
        What was estimated from this past alone: BG/NBD's parameters and how they were found;
        empty where no column that needs it was asked for.
    """

    as_of: int
    frame: pd.DataFrame
    money: pd.DataFrame
    clients: pd.DataFrame
    status: pd.Series
    state: Mapping[str, float]


def snapshot(past: Past, plan: FeaturePlan, *, columns: Collection[str] | None = None) -> Snapshot:
    """The snapshot of a past, of every client known in it, prospects included.

    Parameters
    ----------
    past
        The rows dated before its day.
    plan
        The horizon and the silence after which a client has lapsed, both in days.
    columns
        Names of the features to make; None: all. The same bytes as in the whole frame, for less:
        nothing is measured or estimated that they do not need. A name the ledger cannot support
        is left out.

    Raises
    ------
    DataRefused
        If a line's money or quantity is beyond nine trillion: it could not be summed exactly.
    """
    families = supported(past, columns)
    answer = _answer(past, snapshot_sql(past, families, plan))
    answer.index = pd.Index(_text(answer["client_id"]), name="client_id")
    made: dict[str, pd.Series] = {}
    state: dict[str, float] = {}
    for family in families:
        estimated, learnt = _estimated(family, answer, plan)
        state |= learnt
        for column in family.columns:
            name = column.feature.name
            value = answer[name] if column.sql else estimated[name]
            made[name] = _text(value) if column.feature.is_categorical else _number(value)
    return Snapshot(
        as_of=past.as_of,
        frame=pd.DataFrame(made, index=answer.index),
        money=_money(answer),
        clients=pd.DataFrame({c: _text(answer[PREFIX + c]) for c in CLIENT_COLUMNS}),
        status=_text(answer[PREFIX + "status"]).rename("status"),
        state=state,
    )


def _answer(past: Past, sql: str) -> pd.DataFrame:
    try:
        return past.frame(sql)
    except duckdb.ConversionException as error:
        raise DataRefused(
            "a line of transactions whose amount, cost, discount or quantity is beyond 9.2e12",
            allowed="numbers up to nine trillion, which are summed exactly in millionths",
            next_step="exclude or mend the line with `ledger.transactions.where`",
        ) from error


def _estimated(
    family: Family, answer: pd.DataFrame, plan: FeaturePlan
) -> tuple[Mapping[str, pd.Series], Mapping[str, float]]:
    inputs = wanted_inputs(family)
    if family.estimate is None or not inputs:
        return {}, {}
    measured = pd.DataFrame(
        {name: answer[input_name(family, name)].astype("float64") for name, _ in inputs}
    )
    found = family.estimate(measured, plan)
    return found.columns, found.state


def _money(answer: pd.DataFrame) -> pd.DataFrame:
    taken = [name for name in MONEY_COLUMNS if name != "value_365"]
    money = pd.DataFrame({name: answer[PREFIX + name].astype("float64") for name in taken})
    money["value_365"] = money["profit_365"] + money["referral_profit_365"]
    return money[list(MONEY_COLUMNS)]


def _number(values: pd.Series) -> pd.Series:
    return values.astype("float64").astype(np.float32)


def _text(values: pd.Series) -> pd.Series:
    """The values as Python str, with None where there is none (pandas would put a float there)."""
    plain = values.astype(object)
    return plain.where(plain.notna(), None)
