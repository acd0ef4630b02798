"""First contact: what was known of a client before its first order, and of a prospect today.

Everything dated is cut at the client's own first order: contacts, its referrer's profit, prices.
The clients table tells the present alone; its columns are taken as if they had been known, which
holds for what does not change (industry, region, channel, who brought it) and is a limit where it
does (employees, turnover, wallet).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.ledger import Past
from segml.ledger.books import micro
from segml.ledger.first_year import exact_sum
from segml.words.feature import Feature, Unit

Days = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
_BEFORE = 365


def _known(name: str, unit: Unit, label: str) -> Feature:
    return Feature(name=name, family="first_contact", unit=unit, kind="context", label=label)


FIRST_CONTACT: tuple[Feature, ...] = (
    _known("industry", "category", "industry"),
    _known("region", "category", "region"),
    _known("acquisition_channel", "category", "acquisition channel"),
    _known("size_employees", "count", "number of employees"),
    _known("annual_turnover", "money", "the client's own yearly turnover"),
    _known("wallet", "money", "its yearly spend on our kind of goods, all suppliers together"),
    _known("acquisition_cost", "money", "what winning the client cost"),
    _known("referrer_profit", "money", "profit of the client that brought it, the year before"),
    _known("contacts_before", "count", "contacts before the first order, within a year"),
    _known("minutes_before", "count", "minutes of contacts before the first order, within a year"),
    _known("announced_rise", "share", "our announced price rises of the year before"),
    _known("month", "count", "month of the year"),
)
"""What can be known at first contact, in the order in which it is told."""


def first_contact(past: Past) -> pd.DataFrame:
    """What was known of every client before its first order, of a prospect at the past's day.

    Parameters
    ----------
    past
        The rows dated before its day.

    Returns
    -------
    DataFrame
        Index client_id (sorted), one column a feature of `FIRST_CONTACT`: text (None where not
        stated) or float32 (NaN where not known: the referrer had not bought by then, or the table
        is absent); `month` counts from 0.0 to 12.0 through the year.
    """
    met = "interactions" in past.has
    earned = f"CASE WHEN d.day >= w.until - {_BEFORE} THEN d.profit ELSE 0 END"
    frame = past.frame(
        "WITH who AS (SELECT *, coalesce(first_day, {as_of}) AS until FROM {clients}), "
        "met AS (SELECT w.client, count(*) AS contacts, " + exact_sum("i.minutes") + " AS minutes "
        "FROM who AS w JOIN {interactions} AS i ON i.client = w.client "
        f"WHERE i.day < w.until AND i.day >= w.until - {_BEFORE} GROUP BY w.client), "
        f"brought AS (SELECT w.client, cast(sum({earned}) AS DOUBLE) / 1e6 AS profit "
        "FROM who AS w JOIN {days} AS d ON d.client = w.referred_by "
        "WHERE d.day < w.until GROUP BY w.client) "
        "SELECT client_id, until, industry, region, acquisition_channel, "
        "employees AS size_employees, annual_turnover, wallet, acquisition_cost, "
        "CASE WHEN b.client IS NOT NULL THEN coalesce(b.profit, 0.0) END AS referrer_profit, "
        f"{'coalesce(m.contacts, 0)' if met else 'NULL'} AS contacts_before, "
        f"{'coalesce(m.minutes, 0.0)' if met else 'NULL'} AS minutes_before "
        "FROM who LEFT JOIN met AS m USING (client) LEFT JOIN brought AS b USING (client) "
        "ORDER BY client_id"
    ).set_index("client_id")
    until = frame.pop("until").to_numpy(np.int64)
    frame["announced_rise"] = _price_rise(past, frame, until)
    frame["month"] = _month(until)
    return pd.DataFrame(
        {each.name: _typed(frame[each.name], each.is_categorical) for each in FIRST_CONTACT},
        index=frame.index,
    )


def _typed(values: pd.Series, text: bool) -> pd.Series:  # noqa: FBT001 - a kind of column
    if not text:
        return values.astype("float64").astype(np.float32)
    plain = values.astype(object)
    return plain.where(plain.notna(), None)


def _month(until: Days) -> Values:
    """The place in the year, in months."""
    year = until.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(12.0 * (until - year.astype(np.int64)) / 366.0)


def _price_rise(past: Past, who: pd.DataFrame, until: Days) -> Values:
    """The announced rises of a client's year before, each by the share of our sales it covers.

    A new client has no mix of its own yet, so the company's stands for it. NaN without events.
    """
    if "events.magnitude" not in past.has:
        return np.full(len(who), np.nan)
    scoped = [name for name in ("category", "product") if name in past.has]
    covered = [f"e.scope = '{name}' AND s.{name} = e.scope_value" for name in scoped]
    reached = " OR ".join(["e.scope IN ('all', 'region', 'industry')", *covered])
    events = past.frame(
        f"WITH sold AS (SELECT {', '.join(['day', *scoped])}, sum({micro('amount')}) AS amount "
        f"FROM {{lines}} WHERE NOT is_return GROUP BY {', '.join(['day', *scoped])}) "
        "SELECT e.day, e.scope, e.scope_value, e.magnitude, coalesce("
        f"cast(sum(CASE WHEN {reached} THEN s.amount ELSE 0 END) AS DOUBLE) "
        "/ nullif(cast(sum(s.amount) AS DOUBLE), 0), 0.0) AS share "
        "FROM {events} AS e LEFT JOIN sold AS s "
        f"ON s.day < e.day AND s.day >= e.day - {_BEFORE} "
        "WHERE e.kind = 'price_change' AND e.magnitude > -1 "
        "GROUP BY e.event_id, e.day, e.scope, e.scope_value, e.magnitude ORDER BY e.day, e.event_id"
    )
    rise = np.zeros(len(who))
    for event in events.to_dict(orient="records"):
        here = (until > event["day"]) & (until <= event["day"] + _BEFORE)
        if event["scope"] in ("region", "industry"):
            here &= who[event["scope"]].eq(event["scope_value"]).to_numpy(bool, na_value=False)
        rise += here * event["share"] * np.log1p(event["magnitude"])
    return rise
