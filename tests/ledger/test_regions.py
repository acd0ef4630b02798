"""Order days by region and fortnight, on ledgers written out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from segml.ledger import FORTNIGHTS, Ledger, day_of, region_days

FIRST = dt.date(2023, 1, 1)
DAYS = 14 * FORTNIGHTS
AS_OF = day_of(FIRST) + DAYS
CLIENTS = "client_id,region\na,North\nb,North\nc,South\nd,\n"


def _ledger(opened: Callable[..., Ledger], *rows: tuple[str, int, float]) -> Ledger:
    lines = [f"{who},{FIRST + dt.timedelta(days=day)},{amount}" for who, day, amount in rows]
    return opened("client_id,date,amount\n" + "\n".join(lines), CLIENTS)


def test_a_client_s_day_counts_once_and_returns_and_strangers_not_at_all(
    opened: Callable[..., Ledger],
) -> None:
    latest = DAYS - 1
    ledger = _ledger(
        opened,
        *(("a", latest, 5.0), ("a", latest, 7.0), ("b", latest - 13, 5.0), ("a", latest - 14, 5.0)),
        *(("c", latest, -5.0), ("d", latest, 5.0), ("c", 0, 5.0), ("a", DAYS, 5.0)),
    )
    found = region_days(ledger.past(AS_OF))
    assert found.index.tolist() == ["North", "South"]
    assert found.columns.tolist() == list(range(FORTNIGHTS))
    assert found.loc["North"].to_numpy().nonzero()[0].tolist() == [0, 1]
    assert found.loc["North", [0, 1]].tolist() == [2.0, 1.0]
    assert found.loc["South"].to_numpy().nonzero()[0].tolist() == [FORTNIGHTS - 1]
    assert found.to_numpy().dtype == np.float64


def test_a_ledger_younger_than_a_year_or_without_regions_tells_nothing(
    opened: Callable[..., Ledger],
) -> None:
    assert region_days(_ledger(opened, ("a", 1, 5.0)).past(AS_OF)).empty
    assert region_days(opened("client_id,date,amount\na,2023-01-01,5").past(AS_OF)).empty
