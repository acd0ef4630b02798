"""Goods that nobody could buy for a while: sold before and after, and to nobody in between.

Nobody writes a shortage down. It shows in the lines of all clients: a product that stood on several
lines a week stands on none for more than a month, and comes back. By chance that is out of the
question where so many lines were due; where as few were a year before, it is the product's season.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.losses.exposed_months import days_of
from segml.losses.history import Days

LEAST_DAYS = 30
"""Nobody bought for longer than this."""
LEAST_DUE = 15.0
"""Lines that were due in that time: of gaps without a reason one in three million is as long."""
LEAST_BUYERS = 10
"""Clients that bought it in the year before: a few who stopped do not silence a product."""
YEAR = 365
COLUMNS = ("product", "last", "back")
_BEYOND = 1 << 20
"""More days than any ledger has: product and day as one number."""


def shortages(lines: pd.DataFrame) -> pd.DataFrame:
    """The shortages of the products of some lines: `product`, `last` sale before, `back` the next.

    Parameters
    ----------
    lines
        `client_id, day, product, is_return`, of many clients, in any order.
    """
    bought = lines[~lines["is_return"].astype(bool) & lines["product"].notna()]
    product, names = pd.factorize(bought["product"], sort=True)
    stamps = product.astype(np.int64) * _BEYOND + days_of(bought["day"])
    order = np.argsort(stamps, kind="stable")
    stamps, client = stamps[order], bought["client_id"].to_numpy(dtype=object)[order]
    last, back = stamps[:-1], stamps[1:]
    paused = (back - last > LEAST_DAYS) & (back // _BEYOND == last // _BEYOND)
    last, back = last[paused], back[paused]

    def sold(since: Days, until: Days) -> Days:
        """Lines of the product of each pause in [since, until), no other product's."""
        first = last - last % _BEYOND
        ends = (np.searchsorted(stamps, np.maximum(each, first)) for each in (until, since))
        return np.asarray(next(ends) - next(ends))

    due = sold(last - YEAR + 1, last + 1) * (back - last) / YEAR
    begins = stamps[np.searchsorted(stamps, last - last % _BEYOND)] if len(stamps) else last
    season = sold(last + 1 - YEAR, back - YEAR)
    due = np.where(begins <= last - YEAR, np.minimum(due, season), due)
    found = []
    for end, next_sale in zip(last[due >= LEAST_DUE], back[due >= LEAST_DUE], strict=True):
        year = max(end - YEAR + 1, end - end % _BEYOND)
        buyers = client[slice(*np.searchsorted(stamps, [year, end + 1]))]
        if len(set(buyers)) >= LEAST_BUYERS:
            found.append((names[end // _BEYOND], end % _BEYOND, next_sale % _BEYOND))
    return pd.DataFrame(found, columns=list(COLUMNS)).astype({"last": "int64", "back": "int64"})


def short_of(lines: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The lines of the year before each shortage of their product, with its `last` and `back`.

    Parameters
    ----------
    lines
        As for `shortages`; no return among them.
    found
        What that gave.
    """
    met = lines.merge(found, on="product", how="inner")
    return met[(met["day"] <= met["last"]) & (met["day"] > met["last"] - YEAR)]
