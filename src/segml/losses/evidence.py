"""The ledger rows behind each reason of a loss; the words for them are the report's.

Every rule looks at the windows the features look at: the last 180 days before the day of the
explanation, and the 365 days before those; of records and events, at the last 365 days; that of
`margin`, for a client that stayed, at those of its account: the days since the onset and the year
before. It names at most three rows of a kind, the ones that weigh most.
To add one: write a rule in `line_evidence` or `record_evidence`, give its code and meaning in
`TEXT_CODES`, and list it in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from segml.losses import line_evidence, record_evidence
from segml.losses.months import as_date
from segml.losses.tables import EVIDENCE, framed
from segml.losses.trail import Trail

TEXT_CODES: Mapping[str, str] = MappingProxyType(
    {
        "last_order": "the last order (amount: of the order)",
        "order_after_onset": "a late order after the decline began (amount: of the order)",
        "order_at_a_loss": "an order that cost more than it brought (amount: its profit)",
        "unit_price_above_earlier": "unit price above the product's earlier mean and nine in ten "
        "of its earlier prices (amount: extra paid)",
        "discount_above_earlier": "discount above the earlier rate of the same goods "
        "(amount: the discount)",
        "margin_below_earlier": "profit below the earlier margin of the same goods "
        "(amount: profit missing)",
        "goods_returned": "goods sent back (amount: money returned)",
        "favourite_category_last": "last purchase of the favourite category, where more orders "
        "without it followed than lay between two of its purchases "
        "(amount: of the category in the earlier year)",
        "favourite_category_less": "latest purchase of the favourite category, of which it bought "
        "less than of all else, by a tenth of its purchases or more (amount: what was missing of "
        "it in 180 days)",
        "withdrawn_product_last": "last purchase of a product no one can buy any more "
        "(amount: of the product in the earlier year)",
        "short_product_last": "last purchase of a product before nobody could buy it for a month "
        "or more (amount: of the purchase)",
        "price_rise": "a price rise of what it buys (amount: what it made a year dearer)",
        "complaint_open": "a complaint that was not settled yet (amount: days it had waited)",
        "complaint": "a complaint that was settled (amount: days until the answer)",
        "service_outage": "a service outage that reached it (no amount)",
        "product_withdrawal": "the withdrawal of what it bought (amount: spent on it in the year "
        "before)",
        "manager_change": "a change of its manager (no amount)",
        "last_contact": "our last visit or call before the decline (no amount)",
        "contact_seldom": "our last visit or call before the decline, when they had become fewer "
        "(no amount)",
        "bill_unpaid": "a bill that was overdue and unpaid (amount: of the bill)",
        "bill_paid_late": "a bill that was paid late (amount: of the bill)",
        "competitor_entry": "a rival that entered its market (amount: spent on what the rival "
        "sells in the year before)",
        "discount_request": "a request for a discount (no amount)",
        "return_request": "a request to send goods back (no amount)",
    }
)
"""Every text code with its meaning; the report keeps the sentences."""

Rule = Callable[[Trail], pd.DataFrame]

RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "unknown": (line_evidence.loss_itself,),
        "price": (record_evidence.price, line_evidence.price),
        "margin": (line_evidence.margin, record_evidence.margin),
        "service": (record_evidence.service, line_evidence.service),
        "competitor": (record_evidence.competitor, line_evidence.competitor),
        "assortment": (record_evidence.assortment, line_evidence.assortment),
        "manager": (record_evidence.manager,),
        "payment": (record_evidence.payment,),
    }
)
"""Reason to the rules that find its rows."""


def evidence(trails: Mapping[str, Trail], named: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """The rows behind every lost client's reasons.

    Parameters
    ----------
    trails
        Lost client to its trail.
    named
        Lost client to the reasons that were named for it.

    Returns
    -------
    pandas.DataFrame
        `client_id, reason, table, row_key, date, text_code, amount`. Rows under `unknown` show the
        loss itself: its last order, its orders at a loss; where no reason is named, what was left
        unsettled with it as well, of which nobody says that it is the reason.
    """
    rows = []
    for client_id in sorted(trails):
        trail = trails[client_id]
        known = [each for each in named[client_id] if each != "unknown"]
        for reason in ("unknown", *known):
            for rule in RULES[reason] if known else (*RULES[reason], record_evidence.unsettled):
                found = _rows(rule(trail))
                rows += [{"client_id": client_id, "reason": reason, **row} for row in found]
    return framed(rows, EVIDENCE)


def _rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    days, told = found["day"].astype("int64"), found["told"].astype("float64")
    table = found["table"].tolist() if "table" in found else ["transactions"] * len(found)
    return [
        {
            "table": name,
            "row_key": row_key,
            "date": as_date(day),
            "text_code": text_code,
            "amount": amount,
        }
        for name, row_key, day, text_code, amount in zip(
            table,
            found["row_key"].astype("str").tolist(),
            days.tolist(),
            found["text_code"].astype("str").tolist(),
            told.tolist(),
            strict=True,
        )
    ]
