"""Where the profit of a client that stayed went: the change between two windows, part by part.

The profit of a window is its sales at list price, L, times what is left of each unit of them:
P = L (1 − d − g − r − c − u), with d the discount given, g the cost of the goods, r the margin of
goods sent back, c the care (commission, handling of orders and returns, contacts) and u what unpaid
bills cost (overdue money, bad debt), each as a share of L. The change between two windows splits
into

- volume: (L₁ − L₀) times the mean of what was left;
- each share s: −(s₁ − s₀) times the mean of L.

This is Bennet's (1920) rule. As P is linear in L and in each share apart, it equals the Shapley
value over the six factors: the split does not depend on the order in which they are changed, and
the parts sum to the change. A window without sales has no shares: it takes the other's, and what
was paid without a sale counts to its own part.

References
----------
Bennet (1920), The Theory of Measurement of Changes in Cost of Living, JRSS 83, 455-462;
Shorrocks (2013), Decomposition procedures for distributional analysis: a unified framework based on
the Shapley value, Journal of Economic Inequality 11, 99-126.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from segml.losses.money import Money
from segml.losses.tables import PROFIT_PARTS, framed
from segml.losses.yearly import Stretch
from segml.words.plan import Economics

Part = Literal["volume", "discount", "goods", "returned", "care", "unpaid"]
PARTS: tuple[Part, ...] = ("volume", "discount", "goods", "returned", "care", "unpaid")
SHARES: tuple[Part, ...] = PARTS[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where the sales of a window went, in money.

    Parameters
    ----------
    listed
        Sales at list price: amount and discount, returns left out.
    discount, goods
        Discount given and cost of the goods, of the same sales.
    returned
        The margin of the goods sent back: what they gave back less the cost regained.
    care
        Commission, handling of all documents, and contacts.
    unpaid
        What overdue bills cost, and what was written off.
    """

    listed: float
    discount: float
    goods: float
    returned: float
    care: float
    unpaid: float = 0.0

    @property
    def profit(self) -> float:
        """What is left, in money."""
        return self.listed - sum(float(getattr(self, part)) for part in SHARES)

    def share(self, part: Part) -> float:
        """What a part takes of the sales at list price; NaN where nothing was sold."""
        return float(getattr(self, part)) / self.listed if self.listed > 0 else float("nan")

    def times(self, factor: float) -> Account:
        """The same window brought to another length."""
        return Account(**{name: factor * getattr(self, name) for name in ("listed", *SHARES)})


def account(lines: pd.DataFrame, charges: pd.DataFrame, economics: Economics) -> Account:
    """The account of one client's lines and charges.

    Parameters
    ----------
    lines
        Of the window, as `Past.lines` has them: `row_key, day, amount, discount, profit,
        is_return`.
    charges
        Of the window, as `Past.charges` has them: `care, unpaid`.
    economics
        The rates of commission and handling.

    Returns
    -------
    Account
        Its profit is the lines' profit less the charges.
    """
    back = lines["is_return"].to_numpy(dtype=bool)
    amount, discount, profit = (
        lines[name].to_numpy(dtype=np.float64) for name in ("amount", "discount", "profit")
    )
    served = economics.commission_rate * amount + _handling(lines, economics)
    margin = profit + served
    return Account(
        listed=float((amount + discount)[~back].sum()),
        discount=float(discount[~back].sum()),
        goods=float((amount - margin)[~back].sum()),
        returned=-float(margin[back].sum()),
        care=float(served.sum()) + float(charges["care"].sum()),
        unpaid=float(charges["unpaid"].sum()),
    )


def _handling(lines: pd.DataFrame, economics: Economics) -> np.ndarray:
    """Handling by line: on an order's first line, and on one line of each return document."""
    back = lines["is_return"]
    # as the ledger counts: a document of a day is a return when all of its lines are
    whole = back.groupby([lines["row_key"], lines["day"]]).transform("all")
    first = ~back & ~lines["row_key"].where(~back).duplicated()
    first_back = whole & ~lines.duplicated(["row_key", "day"])
    return np.asarray(
        economics.order * first.to_numpy(np.float64)
        + economics.return_ * first_back.to_numpy(np.float64)
    )


def profit_parts(before: Account, after: Account, *, has_cost: bool = True) -> dict[Part, float]:
    """The profit that is gone between two windows, by part; they sum to all that is gone.

    Parameters
    ----------
    before, after
        The accounts, brought to the same length.
    has_cost
        Whether the ledger has the cost of goods. Where it only follows a configured margin rate, a
        discount lowers it too: the discount then costs its margin alone, and `goods` is zero.

    Returns
    -------
    dict
        Part to money lost, in the order of `PARTS`; negative where a part improved.

    Examples
    --------
    >>> was = Account(listed=100.0, discount=0.0, goods=60.0, returned=0.0, care=5.0)
    >>> now = Account(listed=100.0, discount=30.0, goods=60.0, returned=0.0, care=5.0)
    >>> {part: money for part, money in profit_parts(was, now).items() if money}
    {'discount': 30.0}
    """
    then, since = _shares(before, after), _shares(after, before)
    left = 1.0 - 0.5 * sum(then[part] + since[part] for part in SHARES)
    mean = 0.5 * (before.listed + after.listed)
    found: dict[Part, float] = {"volume": (before.listed - after.listed) * left}
    for part in SHARES:
        # not explained by a share of sales: paid in a window without any
        apart = getattr(after, part) - since[part] * after.listed
        apart -= getattr(before, part) - then[part] * before.listed
        found[part] = (since[part] - then[part]) * mean + float(apart)
    if not has_cost:
        found["discount"] += found["goods"]
        found["goods"] = 0.0
    return found


def _shares(own: Account, other: Account) -> Mapping[Part, float]:
    sold = own if own.listed > 0 else other
    return {part: sold.share(part) if sold.listed > 0 else 0.0 for part in SHARES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The account of one client before and after, both a year, and the profit lost by part."""

    before: Account
    after: Account
    parts: Mapping[Part, float]


def profit_change(
    lines: pd.DataFrame,
    charges: pd.DataFrame,
    money: Money,
    economics: Economics,
    *,
    has_cost: bool,
) -> Change | None:
    """The change behind the money of a loss; None for a client that left.

    Parameters
    ----------
    lines
        All lines of the client up to the later date.
    charges
        All its charges up to then.
    money
        Of its loss: which days are compared, and how each stretch is brought to a year.
    economics, has_cost
        As in `account` and `profit_parts`.

    Returns
    -------
    Change
        Its parts sum to `money.profit_lost`.
    """
    if money.after is None:
        return None
    was, now = (
        _yearly(lines, charges, stretch, economics) for stretch in (money.before, money.after)
    )
    return Change(before=was, after=now, parts=profit_parts(was, now, has_cost=has_cost))


def _yearly(
    lines: pd.DataFrame, charges: pd.DataFrame, stretch: Stretch, economics: Economics
) -> Account:
    sold, charged = (
        rows[rows["day"].between(stretch.start, stretch.end, inclusive="left")]
        for rows in (lines, charges)
    )
    return account(sold, charged, economics).times(stretch.factor)


def part_rows(changes: Mapping[str, Change | None]) -> pd.DataFrame:
    """The parts of every client that stayed, as rows.

    Parameters
    ----------
    changes
        Lost client to its change.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.PROFIT_PARTS`; a client's money sums to its `profit_lost`.
    """
    rows = [
        {
            "client_id": client_id,
            "part": part,
            "value_before": _value(change.before, part),
            "value_after": _value(change.after, part),
            "money": change.parts[part],
        }
        for client_id, change in sorted(changes.items())
        if change is not None
        for part in PARTS
    ]
    return framed(rows, PROFIT_PARTS)


def _value(own: Account, part: Part) -> float:
    return own.listed if part == "volume" else own.share(part)
