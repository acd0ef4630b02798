"""The snapshot of a date: every feature of every client known then, and the money behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from segml.features.catalogue import supported
from segml.features.family import Family
from segml.features.plan import FeaturePlan
from segml.features.query import PREFIX, Question, input_name, snapshot_question, wanted_inputs
from segml.ledger import Past
from segml.words.errors import DataRefused

PART = 32_768
"""Clients, at most, that are asked for at a time: their measures stay near the processor."""

AT_ONCE = 2
"""Parts that are asked for side by side: each question has one thread, and some memory."""

MONEY_COLUMNS = (
    "profit_365",
    "profit_prev_365",
    "revenue_365",
    "cost_to_serve_365",
    "referral_profit_365",
    "value_365",
)
"""The columns of `Snapshot.money`, in order; all in the ledger's currency."""

CLIENT_COLUMNS = ("name", "manager", "region", "industry", "role", "role_note")
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
        str or None: name, manager, region, industry, and the declared role with its note.
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


def make_snapshot(
    past: Past, plan: FeaturePlan, columns: Collection[str] | None, at_once: int
) -> Snapshot:
    """The snapshot of a past, made anew; see `remembered.snapshot`."""
    families = supported(past, columns)
    answer = _answer(past, snapshot_question(past, families, plan), families, at_once)
    frame, state = _frame(families, answer, plan)
    return Snapshot(
        as_of=past.as_of,
        frame=frame,
        money=_money(answer),
        clients=pd.DataFrame({c: answer[PREFIX + c] for c in CLIENT_COLUMNS}),
        status=answer[PREFIX + "status"].rename("status"),
        state=state,
    )


def make_features(
    past: Past, plan: FeaturePlan, columns: Collection[str], at_once: int
) -> pd.DataFrame:
    """`Snapshot.frame` of some columns, made anew; see `remembered.features_alone`."""
    families = supported(past, columns)
    question = snapshot_question(past, families, plan, features_alone=True)
    return _frame(families, _answer(past, question, families, at_once), plan)[0]


def _frame(
    families: tuple[Family, ...], answer: pd.DataFrame, plan: FeaturePlan
) -> tuple[pd.DataFrame, dict[str, float]]:
    """The features in the order of the families, and the state of what was estimated."""
    made: dict[str, pd.Series] = {}
    state: dict[str, float] = {}
    for family in families:
        estimated, learnt = _estimated(family, answer, plan)
        state |= learnt
        for column in family.columns:
            name = column.feature.name
            made[name] = answer[name] if column.sql else _number(estimated[name])
    return pd.DataFrame(made, index=answer.index), state


def _answer(
    past: Past, question: Question, families: tuple[Family, ...], at_once: int
) -> pd.DataFrame:
    """The answer of all clients, asked for part by part, indexed by client id."""
    declared = [column for family in families for column in family.columns if column.sql]
    texts = {column.feature.name for column in declared if column.feature.is_categorical}
    numbers = {column.feature.name for column in declared} - texts
    try:
        with (
            question.prepared(past.asked) as ready,
            ThreadPoolExecutor(max_workers=at_once) as pool,
        ):
            asked = pool.map(
                lambda part: _typed(part.frame(question.sql), numbers, texts),
                ready.parts(PART, at_once=at_once),
            )
            parts = list(asked)
    except (duckdb.ConversionException, OverflowError) as error:
        raise DataRefused(
            "an amount, minutes or cost of invoices or interactions beyond 9.2e12",
            allowed="numbers up to nine trillion, which are summed exactly in millionths",
            next_step="exclude or mend the row with `ledger.<table>.where`",
        ) from error
    answer = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    answer.index = pd.Index(answer.pop("client_id"), name="client_id")
    return answer


def _typed(answer: pd.DataFrame, numbers: Set[str], texts: Set[str]) -> pd.DataFrame:
    """The answer in its final types: features as they stand in the frame, money as float64."""
    texts = texts | {"client_id"} | {PREFIX + name for name in (*CLIENT_COLUMNS, "status")}
    typed = {}
    for name, values in answer.items():
        if name in texts:
            typed[name] = _text(values)
        else:
            typed[name] = _number(values) if name in numbers else values.astype("float64")
    return pd.DataFrame(typed)


def _estimated(
    family: Family, answer: pd.DataFrame, plan: FeaturePlan
) -> tuple[Mapping[str, pd.Series], Mapping[str, float]]:
    inputs = wanted_inputs(family)
    if family.estimate is None or not inputs:
        return {}, {}
    measured = pd.DataFrame({name: answer[input_name(family, name)] for name, _ in inputs})
    found = family.estimate(measured, plan)
    return found.columns, found.state


def _money(answer: pd.DataFrame) -> pd.DataFrame:
    taken = [name for name in MONEY_COLUMNS if name != "value_365"]
    money = pd.DataFrame({name: answer[PREFIX + name] for name in taken})
    money["value_365"] = money["profit_365"] + money["referral_profit_365"]
    return money[list(MONEY_COLUMNS)]


def _number(values: pd.Series) -> pd.Series:
    return values.astype("float64").astype(np.float32)


def _text(values: pd.Series) -> pd.Series:
    """The values as Python str, with None where there is none (pandas would put a float there)."""
    plain = values.astype(object)
    return plain.where(plain.notna(), None)
