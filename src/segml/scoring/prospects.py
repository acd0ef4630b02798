"""Prospects: what a first year is expected to bring and to take, what to do, and whom each is like.

Everything is about the first year of a client that begins to buy. How likely a prospect is to
begin at all the ledger does not tell: who was asked and never bought stands in no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import cdist

from segml.bundle import Bundle
from segml.features import FIRST_CONTACT, first_contact
from segml.ledger import Ledger
from segml.ledger.first_year import first_years
from segml.outcomes import ProspectModel
from segml.scoring.reasons import BASE
from segml.scoring.texts import value_texts
from segml.words.feature import Feature

MONEY = ("expected_profit", "expected_profit_low", "expected_profit_high", "median_profit")
"""What is said of a first year, in money."""
LIKE = ("like_1", "like_2", "like_3")
POOL = 5000
"""The newest newcomers among whom look-alikes are sought."""
_AT_ONCE = 256

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Foretold:
    """What is foretold of the prospects of a date.

    Parameters
    ----------
    expected
        Index client_id: expected_profit, expected_profit_low, expected_profit_high, median_profit
        and recommendation; no rows where there is no model.
    contact
        Index client_id: what is known of each at first contact and is no feature, columns of
        `contact_columns`.
    prospects, reasons
        The frames `schema.PROSPECTS` and `schema.PROSPECT_REASONS` ask for, without `as_of`.
    """

    expected: pd.DataFrame
    contact: pd.DataFrame
    prospects: pd.DataFrame
    reasons: pd.DataFrame


def contact_columns(bundle: Bundle) -> tuple[Feature, ...]:
    """What the model of prospects reads beside the bundle's features; none without a model."""
    if bundle.prospects is None:
        return ()
    there = {*bundle.encoder.columns}
    read = {*bundle.prospects.design.features} - there
    return tuple(feature for feature in FIRST_CONTACT if feature.name in read)


def expected_first_years(model: ProspectModel, contact: pd.DataFrame) -> pd.DataFrame:
    """The money expected of first years: `MONEY`, one row a row of what is known beforehand."""
    expected = model.expected(contact)
    low, median, high = model.spread.interval(expected)
    return pd.DataFrame(
        dict(zip(MONEY, (expected, low, high, median), strict=True)), index=contact.index
    )


def foretell_prospects(
    bundle: Bundle, ledger: Ledger, as_of: int, client_ids: pd.Index
) -> Foretold:
    """What is foretold of some prospects of a date.

    Parameters
    ----------
    bundle
        The trained value; without a model of prospects they keep empty columns.
    ledger
        A checked ledger; rows dated on the day or later are not seen.
    as_of
        The date.
    client_ids
        The prospects, sorted.
    """
    model = bundle.prospects
    if model is None or not len(client_ids):
        return _nothing(bundle, client_ids)
    past = ledger.past(as_of)
    known = first_contact(past)
    contact = known.loc[client_ids]
    first = first_years(past, start=ledger.first_day, end=as_of)
    raw = model.raw(contact)
    cost = model.cost.expected(model.design.matrix(contact))
    told = expected_first_years(model, contact)
    told["recommendation"] = _recommended(model, told, cost)
    prospects = pd.DataFrame(
        {
            "expected_profit": told["expected_profit"],
            "low": told["expected_profit_low"],
            "high": told["expected_profit_high"],
            "expected_minutes": np.nan
            if model.minutes is None
            else model.minutes.expected(model.design.matrix(contact)),
            "expected_cost_to_serve": cost,
            "recommendation": told["recommendation"],
            **_like(model, contact, known, first[first["complete"]]),
            "learnt_from": model.learnt,
        },
        index=client_ids,
    ).reset_index(names="client_id")
    return Foretold(
        expected=told,
        contact=contact[[feature.name for feature in contact_columns(bundle)]],
        prospects=prospects,
        reasons=_reasons(model, contact, raw, ledger.currency),
    )


def _nothing(bundle: Bundle, client_ids: pd.Index) -> Foretold:
    kinds = {f.name: object if f.is_categorical else np.float32 for f in contact_columns(bundle)}
    contact = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    names = ("expected_profit", "low", "high", "expected_minutes", "expected_cost_to_serve")
    empty = pd.DataFrame(np.nan, index=range(len(client_ids)), columns=list(names))
    texts = pd.DataFrame(None, index=empty.index, columns=["recommendation", *LIKE], dtype=object)
    prospects = pd.concat([empty, texts], axis=1).assign(like_profit=np.nan, learnt_from=0)
    prospects.insert(0, "client_id", list(client_ids))
    names_of_reasons = ("client_id", "rank", "feature", "value", "value_text", "reference")
    reasons = pd.DataFrame({name: [] for name in (*names_of_reasons, "contribution", "money")})
    return Foretold(expected=pd.DataFrame(), contact=contact, prospects=prospects, reasons=reasons)


def _recommended(model: ProspectModel, told: pd.DataFrame, cost: Values) -> npt.NDArray[np.object_]:
    expected, median = told["expected_profit"].to_numpy(), told["median_profit"].to_numpy()
    none = expected <= 0
    rules = {
        "decline": none & (median < 0),
        "contact_now": ~none & (expected >= model.top) & (median > 0),
        "low_touch": none | ((expected < model.middle) & (cost > expected)),
    }
    return np.select(list(rules.values()), list(rules), default="contact").astype(object)


def _like(
    model: ProspectModel, contact: pd.DataFrame, known: pd.DataFrame, first: pd.DataFrame
) -> dict[str, npt.NDArray[np.generic]]:
    """The three past newcomers nearest to each, and the mean profit of their first years."""
    newest = first.sort_values("first_day", kind="stable").tail(POOL).sort_index()
    pool = model.likeness(known.loc[newest.index])
    asked, profit = model.likeness(contact), newest["profit"].to_numpy(np.float64)
    names = newest.index.to_numpy(dtype=object)
    nearest, count = _nearest(asked, pool), min(len(LIKE), len(pool))
    there = nearest >= 0
    found: dict[str, npt.NDArray[np.generic]] = {}
    for place, name in enumerate(LIKE):
        named = np.full(len(asked), None, dtype=object)
        here = there[:, place]
        named[here] = names[nearest[here, place]]
        found[name] = named
    found["like_profit"] = (
        profit[nearest[:, :count]].mean(axis=1) if count else np.full(len(asked), np.nan)
    )
    return found


def _nearest(asked: Values, pool: Values) -> npt.NDArray[np.intp]:
    """Rows of the pool nearest to each, nearest first, the first of equals first; -1: no more."""
    nearest = np.full((len(asked), len(LIKE)), -1, dtype=np.intp)
    for start in range(0, len(asked), _AT_ONCE):
        far = cdist(asked[start : start + _AT_ONCE], pool, "sqeuclidean")
        rows = np.arange(len(far))
        for place in range(min(len(LIKE), len(pool))):
            nearest[start : start + len(far), place] = here = far.argmin(axis=1)
            far[rows, here] = np.inf
    return nearest


def _reasons(
    model: ProspectModel, contact: pd.DataFrame, raw: Values, currency: str | None
) -> pd.DataFrame:
    """Long: client, rank; rank 0 the base, then every feature, the largest first.

    Contributions sum with the base to the raw score. In money they are scaled so that they sum,
    base included, to the expected profit.
    """
    values, base = model.contributions(contact)
    money = model.amount.expected(np.array([base]))[0]
    change = raw - base
    moved = np.abs(change) > 1e-12
    gained = model.amount.expected(raw) - money
    slope = np.divide(gained, change, out=np.zeros_like(change), where=moved)
    names = model.design.features
    numbers, texts = _told(contact, names, currency)
    typical = np.array([model.design.references.get(name, np.nan) for name in names])
    order = np.argsort(-np.abs(values), axis=1, kind="stable")
    n, count = values.shape

    def ranked(grid: npt.NDArray[Any], first: Any) -> npt.NDArray[Any]:
        """The base's entry and a row's entries by rank, one after the other, (n x (count + 1),)."""
        head = np.full((n, 1), first, dtype=grid.dtype)
        return np.hstack([head, np.take_along_axis(grid, order, axis=1)]).ravel()

    every = np.broadcast_to(np.array(names, dtype=object), (n, count))
    return pd.DataFrame(
        {
            "client_id": np.repeat(contact.index.to_numpy(dtype=object), count + 1),
            "rank": np.tile(np.arange(count + 1), n),
            "feature": ranked(every, BASE),
            "value": ranked(numbers, np.nan),
            "value_text": ranked(texts, ""),
            "reference": ranked(np.broadcast_to(typical, (n, count)), np.nan),
            "contribution": ranked(values, base),
            "money": ranked(values * slope[:, None], money),
        }
    )


def _told(
    contact: pd.DataFrame, names: Sequence[str], currency: str | None
) -> tuple[Values, npt.NDArray[np.object_]]:
    """Every value as a number (NaN for text) and as text, each of shape (n, features)."""
    units = {feature.name: feature.unit for feature in FIRST_CONTACT}
    numbers = np.full((len(contact), len(names)), np.nan)
    texts = np.full(numbers.shape, "", dtype=object)
    for j, name in enumerate(names):
        values = contact[name].to_numpy()
        codes, words = value_texts(values, units[name], currency)
        texts[:, j] = np.array(words, dtype=object)[codes]
        if units[name] != "category":
            numbers[:, j] = values
    return numbers, texts
