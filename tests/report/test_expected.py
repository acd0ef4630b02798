"""Expected shares beside those found: of active clients alone, and said on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from segml.report import render_report, report_facts
from segml.report.expected import ExpectedFact, expected_facts
from segml.words.feature import Feature

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
TOLD: list[dict[str, Any]] = [
    {"tiers": ["vip"], "clients": [0.05, 0.1], "profit": [0.5, 1.0]},
    {"tiers": ["potential", "small"], "clients": [0.2, 0.3], "profit": None},
]


def _part(tier: str, status: str, count: int, profit: float) -> dict[str, Any]:
    return {"tier": tier, "status": status, "count": count, "profit_365": profit}


def test_found_are_shares_of_active_clients_and_tiers_are_taken_together() -> None:
    parts = [
        _part("vip", "active", 1, 60.0),
        _part("potential", "active", 2, 10.0),
        _part("small", "active", 7, 5.0),
        _part("small", "lapsed", 90, 500.0),
        _part("potential", "prospect", 30, 0.0),
    ]
    vip, last = expected_facts(TOLD, parts)
    assert vip == ExpectedFact(
        tiers=("vip",),
        clients_found=0.1,
        clients=(0.05, 0.1),
        profit_found=0.8,
        profit=(0.5, 1.0),
    )
    assert (last.tiers, last.profit) == (("potential", "small"), None)
    assert (last.clients_found, last.profit_found) == pytest.approx((0.9, 0.2))


def test_where_active_clients_bring_no_profit_together_no_share_of_it_is_told() -> None:
    [vip, _] = expected_facts(TOLD, [_part("vip", "active", 1, -60.0)])
    assert vip.profit_found is None
    assert vip.clients_found == 1.0


def test_the_page_says_both_and_nothing_for_a_scheme_that_expects_none(
    published: Published, features: Mapping[str, Feature]
) -> None:
    run, tables = published
    told = [TOLD[0] | {"tiers": ["tier 1"]}, TOLD[1] | {"tiers": ["tier 2", "tier 3"]}]
    pages = [
        render_report(report_facts(run | more, tables, losses=None, features=features))
        for more in ({"expected_shares": told}, {"expected_shares": []}, {})
    ]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", pages[0].replace("\u00a0", " ")))
    assert "What the scheme expects of active clients" in text
    assert "5 % to 10 %" in text
    assert "50 % or more" in text
    assert "tier 2 or tier 3" in text
    assert not any("What the scheme expects" in page for page in pages[1:])
