from __future__ import annotations

import pandas as pd
import pytest

from segml.ledger.economics import PROFIT_COLUMNS, SERVE_COLUMNS
from segml.report import phrases
from segml.report.client_words import profit_sentence
from segml.report.waterfall import PARTS, client_profit, profit_facts


def table() -> pd.DataFrame:
    parts = {"minutes": 30.0, "contacts": 5.0, "commission": 0.0, "bad_debt": 65.0}
    one = dict.fromkeys(PROFIT_COLUMNS, 0.0) | parts
    one |= {"revenue": 1000.0, "cost_of_goods": 600.0, "cost_to_serve": 100.0, "profit": 300.0}
    other = dict.fromkeys(PROFIT_COLUMNS, 0.0)
    other |= {"revenue": 10.0, "order_handling": 90.0, "cost_to_serve": 90.0, "acquisition": 20.0}
    return pd.DataFrame([{"client_id": "a", **one}, {"client_id": "b", **other, "profit": -100.0}])


def test_the_parts_are_those_of_the_ledger_and_each_has_its_words() -> None:
    assert PARTS == SERVE_COLUMNS
    assert set(phrases.SERVED) == set(PARTS)


def test_parts_that_cost_something_are_told_largest_first() -> None:
    facts = client_profit(table(), "a")
    assert facts is not None
    assert facts.served == {"bad_debt": 65.0, "minutes": 30.0, "contacts": 5.0}
    assert list(facts.served) == ["bad_debt", "minutes", "contacts"]
    assert profit_sentence(facts, "EUR").replace("\N{NO-BREAK SPACE}", " ") == (
        "Of sales of 1,000 EUR in 365 days, goods cost 600 EUR and serving cost 100 EUR (bills "
        "written off 65 EUR, time with clients 30 EUR, visits and other contacts 5 EUR); 300 EUR "
        "of profit is left."
    )


def test_all_clients_together_are_their_sums_and_a_loss_stays_a_loss() -> None:
    facts = profit_facts(table())
    assert facts is not None
    assert (facts.revenue, facts.profit, facts.acquisition) == (1010.0, 200.0, 20.0)
    alone = client_profit(table(), "b")
    assert alone is not None
    assert alone.profit == -100.0
    assert "share of acquisition 20\N{NO-BREAK SPACE}EUR" in profit_sentence(alone, "EUR")


def test_where_no_cost_of_goods_is_known_they_are_not_said_to_cost_nothing() -> None:
    unpriced = client_profit(table().assign(cost_of_goods=0.0), "a")
    assert unpriced is not None
    said = profit_sentence(unpriced, "EUR").replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("Of sales of 1,000 EUR in 365 days, no cost of goods is known and")
    idle = client_profit(table().assign(revenue=0.0, cost_of_goods=0.0), "a")
    assert idle is not None
    assert "goods cost 0" in profit_sentence(idle, "EUR")


@pytest.mark.parametrize("asked", [None, table().head(0)])
def test_a_run_without_the_table_or_the_client_tells_nothing(asked: pd.DataFrame | None) -> None:
    assert profit_facts(asked) is None
    assert client_profit(asked, "a") is None
    assert client_profit(table(), "unknown") is None
