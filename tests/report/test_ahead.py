"""Who is next and win back on the page: in their order, as likeness and no forecast, as text."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from segml.losses import LEVERS, LOOKALIKES, NEXT_LOST, VERDICTS, WINBACK
from segml.losses.tables import framed
from segml.report import ReportFacts, ahead_words, render_report, report_facts, winback_words
from segml.report.ahead import (
    SAME_ROAD_SHOWN,
    NextClient,
    NextFacts,
    WinBackClient,
    next_facts,
    winback_facts,
)
from segml.words.feature import Feature

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
EVIL = "<script>alert(1)</script>"
ENDED = dt.date(2025, 1, 31)
NAMED = {"a": EVIL, "n1": "First & Sons", "e": "Gone Ltd"}


def next_row(client_id: str, rank: int, **given: Any) -> dict[str, Any]:
    row = {
        "client_id": client_id,
        "rank": rank,
        "chance": 0.4,
        "horizon_days": 180,
        "profit_365": 1000.0,
        "profit_at_risk": 400.0,
        "days_left": None,
        "warned_on": None,
        "last_order": dt.date(2024, 6, 1),
        "due_on": dt.date(2024, 6, 20),
        "reason": None,
        "driver": None,
        "driver_value": None,
        "lever": None,
    }
    return row | given


def pair(client_id: str, like: str, similarity: float = 0.9) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "like": like,
        "reason": "price",
        "similarity": similarity,
        "profit_at_risk": 400.0,
        "days_left": None,
        "lever": "review_prices",
    }


def winback_row(client_id: str, **given: Any) -> dict[str, Any]:
    row = {
        "client_id": client_id,
        "kind": "left",
        "reason": "price",
        "lever": None,
        "profit_lost": 600.0,
        "chance": 0.2,
        "chance_low": 0.1,
        "chance_high": 0.3,
        "compared": 50,
        "returned": 10,
        "verdict": "estimated",
        "expected_value": 120.0,
        "attempt_cost": 35.0,
    }
    return row | given


UNKNOWN = {"chance": None, "chance_low": None, "chance_high": None, "expected_value": None}
PRESSED = {
    "reason": "price",
    "driver": "price_rise",
    "driver_value": 0.12,
    "lever": "review_prices",
    "days_left": 1.0,
    "warned_on": dt.date(2024, 5, 1),
}


@pytest.fixture
def ahead(analysed: Published) -> Published:
    """The loss analysis with what comes after it."""
    run, tables = analysed
    told = {"key_clients": 3, "horizon_days": 180, "profit_at_risk": 1100.0, "learnt_from": 60}
    return {**run, "next": told | {"caught": 0.35, "caught_by_silence": 0.15}}, tables | {
        "next_lost": framed(
            [
                next_row("n2", 2),
                next_row("n1", 1, **PRESSED),
                next_row("d", 3, chance=None, profit_at_risk=None),
            ],
            NEXT_LOST,
        ),
        "lookalikes": framed(
            [pair("n1", "a", 0.93), pair("n1", "e", 0.97), pair("n2", "a", 0.99)], LOOKALIKES
        ),
        "winback": framed(
            [
                winback_row("f", kind="shrunk", verdict="still_buys", **UNKNOWN),
                winback_row("a"),
                winback_row("e", expected_value=300.0, lever="review_prices"),
            ],
            WINBACK,
        ),
    }


@pytest.fixture
def facts_ahead(ahead: Published) -> NextFacts:
    found = next_facts(*ahead, names=NAMED)
    assert found is not None
    return found


@pytest.fixture
def html(published: Published, ahead: Published, features: Mapping[str, Feature]) -> str:
    return render_report(report_facts(*published, losses=ahead, features=features))


def client(**given: Any) -> NextClient:
    row = next_row("n", 1, name="N", like=(), **given)
    row.pop("horizon_days")
    return NextClient(**row)


def gone(**given: Any) -> WinBackClient:
    return WinBackClient(**winback_row("g", name="G", **given))


def test_who_is_next_stands_by_rank_and_missing_values_stay_missing(
    facts_ahead: NextFacts,
) -> None:
    assert [each.client_id for each in facts_ahead.clients] == ["n1", "n2", "d"]
    last = facts_ahead.clients[-1]
    assert (last.chance, last.profit_at_risk, last.days_left, last.reason) == (None,) * 4


def test_of_the_likeliest_tenth_those_are_shown_whose_money_is_most_at_risk(
    ahead: Published,
) -> None:
    run, tables = ahead
    many = [
        next_row(f"n{rank}", rank, chance=1.0 / rank, profit_at_risk=float(rank % 20))
        for rank in range(1, 201)
    ]
    found = next_facts(run, tables | {"next_lost": framed(many, NEXT_LOST)}, names={})
    assert found is not None
    # nobody behind the twentieth, and of those the ones with most at risk
    assert [each.client_id for each in found.clients] == [f"n{rank}" for rank in range(19, 7, -1)]
    assert "most profit is at risk" in ahead_words.order_sentence(found)
    some = next_facts(run, tables | {"next_lost": framed(many[:60], NEXT_LOST)}, names={})
    assert some is not None
    # a fifth of sixty: no tenth is told of
    assert {each.client_id for each in some.clients} == {f"n{rank}" for rank in range(1, 13)}
    assert "tenth" not in ahead_words.order_sentence(some)
    few = next_facts(run, tables | {"next_lost": framed(many[:9], NEXT_LOST)}, names={})
    assert few is not None
    assert [each.client_id for each in few.clients] == [f"n{rank}" for rank in range(9, 0, -1)]
    assert ahead_words.order_sentence(few) == ""


def test_the_lost_clients_it_is_like_are_named_the_most_alike_first(
    facts_ahead: NextFacts,
) -> None:
    assert facts_ahead.clients[0].like == ("Gone Ltd", EVIL)


def test_on_a_road_the_likeliest_to_be_lost_is_named_first_and_not_the_most_alike(
    facts_ahead: NextFacts,
) -> None:
    assert facts_ahead.same_road == {"a": ("First & Sons", "n2"), "e": ("First & Sons",)}


def test_no_more_than_five_are_named_on_a_road(ahead: Published) -> None:
    run, tables = ahead
    many = framed([pair(f"m{place}", "a") for place in range(9)], LOOKALIKES)
    found = next_facts(run, tables | {"lookalikes": many}, names={})
    assert found is not None
    assert len(found.same_road["a"]) == SAME_ROAD_SHOWN


def test_an_analysis_that_did_not_look_ahead_tells_nothing_of_it(
    analysed: Published, published: Published, features: Mapping[str, Feature]
) -> None:
    assert next_facts(*analysed, names={}) is None
    assert winback_facts(None, names={}) == ()
    page = render_report(report_facts(*published, losses=analysed, features=features))
    assert "Who is next" not in page
    assert "Win back" not in page


def test_win_back_stands_by_expected_value_and_what_cannot_be_counted_last(
    ahead: Published,
) -> None:
    found = winback_facts(ahead[1]["winback"], names=NAMED)
    assert [each.client_id for each in found] == ["e", "a", "f"]
    assert found[0].name == "Gone Ltd"
    assert found[-1].expected_value is None


def test_the_page_holds_both_sections_and_the_road_on_the_dossier(html: str) -> None:
    assert "<h3>Who is next</h3>" in html
    assert "<h3>Win back</h3>" in html
    # of the dearest loss first: `e`, whom one is like, then `a`, whom two are like
    first, second = (part.split("<")[0] for part in html.split("On the same road today")[1:])
    assert "\u2068n1\u2069." in first
    assert "\u2068n1\u2069, \u2068n2\u2069." in second


def test_a_name_is_text_wherever_it_stands(html: str) -> None:
    assert "<script" not in html.lower()
    assert "&lt;script&gt;" in html


def test_the_sentence_says_how_far_the_order_can_be_trusted(facts_ahead: NextFacts) -> None:
    said = ahead_words.next_sentence(facts_ahead, "EUR", on=ENDED).replace("\u00a0", " ")
    assert said.startswith("3 key clients were active on 31 Jan 2025 and not lost.")
    assert "1,100 EUR" in said
    said = ahead_words.trusted_sentence(facts_ahead).replace("\u00a0", " ")
    assert "held 35 % of the key clients that were then lost" in said
    assert "against their own rhythm held 15 %" in said
    unlearnt = dataclasses.replace(facts_ahead, learnt_from=None, caught=None)
    few = ahead_words.next_sentence(unlearnt, "EUR", on=ENDED)
    assert "Too few losses are known to learn from" in few
    assert not ahead_words.trusted_sentence(unlearnt)
    assert not ahead_words.two_chances_sentence(unlearnt, 120)


def test_where_no_loss_was_learnt_from_the_money_at_risk_is_told_by_its_own_event_and_days(
    facts_ahead: NextFacts,
) -> None:
    unlearnt = dataclasses.replace(facts_ahead, learnt_from=None, caught=None)
    said = ahead_words.next_sentence(unlearnt, "EUR", 365, on=ENDED).replace("\u00a0", " ")
    assert "1,100 EUR of last year's profit" in said
    assert "may buy nothing within 365 days" in said
    assert "180" not in said


@pytest.mark.parametrize(
    ("caught", "silence", "means"),
    [
        (0.35, 0.15, "It finds more of them than looking at silence alone. Most losses came"),
        (0.18, 0.19, "It finds them about as well as looking at silence alone"),
        (0.15, 0.35, "Silence alone found more of them"),
        (0.60, 0.20, "It finds more of them than looking at silence alone."),
    ],
)
def test_it_says_what_the_figures_mean_for_the_use_of_the_list(
    facts_ahead: NextFacts, caught: float, silence: float, means: str
) -> None:
    facts = dataclasses.replace(facts_ahead, caught=caught, caught_by_silence=silence)
    said = ahead_words.trusted_sentence(facts)
    assert means in said
    assert ("Most losses came from further down" in said) == (caught < 0.5)


def test_two_chances_of_a_client_say_of_what_and_within_how_many_days(
    html: str, facts_ahead: NextFacts
) -> None:
    part = html[html.index("Who is next") :]
    assert "Chance of loss within 180 days" in part
    assert "“Risk of no purchase within 120 days” told elsewhere is of another event" in part
    said = ahead_words.two_chances_sentence(facts_ahead, 120)
    assert "within 180 days" in said
    assert "within 120 days" in said


def test_clients_like_no_lost_one_are_told_of_once_and_not_row_by_row(
    facts_ahead: NextFacts,
) -> None:
    unlike = [each for each in facts_ahead.clients if not ahead_words.resembles(each)]
    said = ahead_words.unlike_sentence(facts_ahead.clients)
    assert said.startswith(f"{len(unlike)} of the {len(facts_ahead.clients)} shown")
    alike = tuple(each for each in facts_ahead.clients if ahead_words.resembles(each))
    assert alike
    assert ahead_words.unlike_sentence(alike) == ""
    assert not ahead_words.any_resembles(tuple(unlike))
    assert ahead_words.unlike_sentence(tuple(unlike)).startswith("None of those shown is like")


def test_nothing_is_told_as_a_cause(html: str, facts_ahead: NextFacts) -> None:
    part = html[html.index("Who is next") :]
    assert "because" not in part.lower()
    assert "A likeness, not a forecast." in ahead_words.same_road_sentence(("N",))


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (None, "not overdue, no warning"),
        (1.2, "1 day"),
        (0.0, "0 days"),
        (33, "33 days"),
        (787, "over a year"),
    ],
)
def test_days_left_are_whole_days_or_no_sign_is_there(days: float | None, text: str) -> None:
    assert ahead_words.days_left_text(client(days_left=days)) == text


def test_what_stands_out_is_told_only_where_something_has_begun() -> None:
    assert ahead_words.sign_text(client()) == ""
    told = ahead_words.sign_text(client(**PRESSED)).replace("\u00a0", " ")
    assert (
        told == "warning since 1 May 2024; last order 1 Jun 2024, the next expected by 20 Jun 2024"
    )


def test_the_road_names_the_driver_its_value_and_who_went_it(
    features: Mapping[str, Feature],
) -> None:
    one = dataclasses.replace(client(**PRESSED), like=("Gone Ltd", "B"))
    said = ahead_words.road_text(one, features, "EUR")
    assert said.startswith("Price: rise of own unit prices: 12")
    assert "as with \u2068Gone Ltd\u2069, \u2068B\u2069 before the decline" in said
    assert ahead_words.road_text(client(), features, "EUR") == ""
    unnamed = ahead_words.road_text(dataclasses.replace(one, like=()), features, "EUR")
    assert "as with other lost clients before the decline" in unnamed


def test_every_lever_has_words_and_without_one_people_are_asked() -> None:
    assert set(ahead_words.LEVERS) == set(LEVERS)
    assert ahead_words.lever_text("visit") == ahead_words.LEVERS["visit"]
    assert ahead_words.lever_text(None).startswith("Ask the people who know it")


def test_a_chance_of_return_is_told_with_what_it_was_counted_from() -> None:
    said = winback_words.return_text(gone()).replace("\u00a0", " ")
    assert said == "20 % (10 % to 30 %): 10 of the 50 silent for as long ordered again"
    ended = winback_words.return_text(gone(verdict="estimated_of_ends"))
    assert ended.endswith("10 of the 50 recorded as gone for as long ordered again")


@pytest.mark.parametrize(
    ("verdict", "compared", "returned", "text"),
    [
        ("too_few_returns", 19, 2, "too few to tell: 2 of the 19 silent for as long ordered again"),
        ("too_few_returns", 60, 0, "none of the 60 silent for as long ordered again"),
        ("too_few_ends", 64, 0, "none of the 64 recorded as gone for as long ordered again"),
        (
            "too_few_ends",
            64,
            3,
            "too few to tell: 3 of the 64 recorded as gone for as long ordered again",
        ),
        (
            *("too_few_returns", 1, 0),
            "too few to tell: one other was gone for as long and did not order again",
        ),
        ("too_few_ends", 0, 0, "not known: no other client has been gone for as long yet"),
    ],
)
def test_without_a_chance_it_is_told_who_was_counted_and_how_many_returned(
    verdict: str, compared: int, returned: int, text: str
) -> None:
    few = gone(verdict=verdict, compared=compared, returned=returned, **UNKNOWN)
    assert winback_words.return_text(few) == text


def test_a_client_that_shrank_has_not_left() -> None:
    assert winback_words.return_text(gone(verdict="still_buys", **UNKNOWN)) == "has not left"


def test_a_client_that_left_and_may_well_return_is_told_of_in_its_dossier() -> None:
    likely = gone(kind="left", chance=0.975, returned=39, compared=40)
    said = winback_words.may_return(likely)
    assert said is not None
    assert said.startswith("After 39 of 40 silences as long as this one an order followed")
    for other in ({"chance": 0.49}, {"kind": "shrunk"}, {"verdict": "estimated_of_ends"}):
        assert winback_words.may_return(dataclasses.replace(likely, **other)) is None
    assert winback_words.may_return(gone(verdict="too_few_returns", **UNKNOWN)) is None


def test_the_report_tells_it_beside_the_loss(facts: ReportFacts) -> None:
    assert facts.losses is not None
    client = dataclasses.replace(facts.losses.lost[1], kind="left")
    likely = gone(kind="left", chance=0.9, returned=9, compared=10)
    likely = dataclasses.replace(likely, client_id=client.client_id)
    told = dataclasses.replace(facts.losses, lost=(client,), winback=(likely,))
    said = "After 9 of 10 silences as long as this one"
    assert render_report(dataclasses.replace(facts, losses=told)).count(said) == 1
    told = dataclasses.replace(told, winback=())
    assert said not in render_report(dataclasses.replace(facts, losses=told))


def test_every_verdict_has_its_own_words() -> None:
    rows = [
        gone(verdict=each, **({} if each.startswith("estimated") else UNKNOWN)) for each in VERDICTS
    ]
    assert len({winback_words.return_text(row) for row in rows}) == len(VERDICTS)


def test_win_back_adds_up_what_was_counted_and_says_what_was_not(ahead: Published) -> None:
    clients = winback_facts(ahead[1]["winback"], names=NAMED)
    said = winback_words.winback_sentence(clients, "EUR").replace("\u00a0", " ")
    assert "2 lost clients may bring back 420 EUR of profit a year" in said
    assert "For 1 no chance is told" in said
    assert "A visit costs 35 EUR." in said
    assert "whether or not somebody tried" in said


def test_without_any_count_no_money_is_promised_and_no_unknown_cost_is_told() -> None:
    said = winback_words.winback_sentence(
        (gone(verdict="too_few_returns", attempt_cost=None, **UNKNOWN),), "EUR"
    )
    assert "bring back" not in said
    assert "A visit costs" not in said


def test_the_facts_of_the_page_hold_what_comes(
    published: Published, ahead: Published, features: Mapping[str, Feature]
) -> None:
    facts: ReportFacts = report_facts(*published, losses=ahead, features=features)
    assert facts.losses is not None
    assert facts.losses.ahead is not None
    assert len(facts.losses.ahead.clients) == 3
    assert len(facts.losses.winback) == 3
