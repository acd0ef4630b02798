"""Sentences follow the numbers, and claim no cause."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from segml.losses.tables import framed
from segml.losses.tables_ahead import SUCCESSORS
from segml.report import (
    ReportFacts,
    client_lines,
    contribution_lines,
    lost_lines,
    phrases,
    signs,
    words,
)
from segml.report.ahead import NextFacts
from segml.report.dossier import EvidenceFact, MonthFact
from segml.report.figures import value
from segml.report.language import speaking
from segml.report.lost import told_losses
from segml.scoring import client_facts
from segml.words.feature import Feature

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
Features = Mapping[str, Feature]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_headline_names_the_losses_their_money_and_the_stake(facts: ReportFacts) -> None:
    said = plain(words.headline(facts.portfolio, facts.losses))
    assert "Of 7 key clients on 1 Jan 2024, 3 were lost by 1 Jul 2024: 1,600 EUR" in said
    assert "270 EUR of last year's profit is at stake with clients that may buy nothing" in said
    assert "over the next 120 days" in said


def test_the_headline_tells_what_may_be_lost_in_any_way_where_that_was_learnt(
    facts: ReportFacts,
) -> None:
    ahead = NextFacts(
        count=5,
        clients=(),
        same_road={},
        horizon_days=180,
        profit_at_risk=910.0,
        learnt_from=40,
        caught=None,
        caught_by_silence=None,
    )
    assert facts.losses is not None
    day = facts.portfolio.as_of
    for learnt_from, end, is_told in ((40, day, True), (None, day, False), (40, None, False)):
        known = dataclasses.replace(ahead, learnt_from=learnt_from)
        losses = dataclasses.replace(
            facts.losses, ahead=known, end=end or day - dt.timedelta(days=30)
        )
        said = plain(words.headline(facts.portfolio, losses))
        assert ("910 EUR of the yearly profit of key clients is expected" in said) == is_told
    assert "within 180 days" not in said


def test_the_headline_of_no_loss_names_no_money(facts: ReportFacts) -> None:
    none = dataclasses.replace(facts.losses, count=0, lost=(), profit_lost=0.0)
    said = plain(words.headline(facts.portfolio, none))
    assert "none was lost by 1 Jul 2024. By the model's estimate" in said


def test_a_named_reason_leads_and_a_weak_one_does_not(facts: ReportFacts) -> None:
    explained, weak = facts.losses.lost[1], facts.losses.lost[0]
    assert plain(words.reason_sentence(explained)).startswith("The loss goes with price 70 % (")
    assert words.reason_sentence(weak).startswith(
        "Reason: unknown. Nothing that the ledger records"
    )
    faint = dataclasses.replace(weak, reasons=(("unknown", 0.97), ("price", 0.03)))
    said = plain(words.reason_sentence(faint))
    assert said.startswith("Reason: unknown (97 %). Weak signs: price 3 %")


@pytest.mark.parametrize(
    ("shares", "rest"),
    [
        ({"margin": 0.44, "price": 0.15, "unknown": 0.12}, "; 12 % stays unknown, 29 % goes with"),
        ({"margin": 0.6, "price": 0.2, "service": 0.1}, "; 10 % goes with lesser reasons or stays"),
        ({"payment": 0.98, "price": 0.016, "unknown": 0.004}, "payment 98 % (it paid late, or not"),
    ],
)
def test_the_shares_of_a_loss_add_up_for_who_reads_them(
    facts: ReportFacts, shares: dict[str, float], rest: str
) -> None:
    client = dataclasses.replace(facts.losses.lost[1], reasons=tuple(shares.items()))
    said = plain(words.reason_sentence(client))
    assert rest in said
    assert "; 0 %" not in said


def test_no_reason_says_more_of_a_client_than_its_driver_knows() -> None:
    meanings = " ".join(phrases.REASON_MEANINGS.values())
    for beyond in ("stopped", "able", "willing", "elsewhere"):
        assert beyond not in meanings.replace("unavailable", "")


def test_an_unexplained_portfolio_says_so(facts: ReportFacts) -> None:
    said = plain(words.losses_sentence(facts.losses))
    assert "For 69 % of the money nothing that the ledger records goes with the loss" in said
    assert "of 7 key clients 1 left, 1 shrank and 1 became unprofitable." in said
    assert "1 of these 7 had been lost earlier and is not counted again." in said


def test_a_loss_greater_than_the_year_before_says_why(facts: ReportFacts) -> None:
    unprofitable, left, shrunk = facts.losses.lost
    assert "900 EUR a year (the profit that is gone and what it costs now)." in plain(
        words.loss_sentence(unprofitable, "EUR")
    )
    assert "600 a year (what the same orders would earn in the year after)." in (
        words.loss_sentence(left, None)
    )
    cheaper = dataclasses.replace(left, profit_lost=left.profit_before - 40)
    assert "would earn in the year after" in words.loss_sentence(cheaper, None)
    assert words.loss_sentence(shrunk, None).endswith("the loss is 100 a year.")
    below_zero = dataclasses.replace(shrunk, profit_before=-380.0)
    assert words.loss_sentence(below_zero, None).endswith("it buys since brings 100 a year less.")
    young = dataclasses.replace(left, new_in=dt.date(2024, 2, 1))
    said = words.loss_sentence(young, None)
    assert "Its first month with orders was Feb 2024; until the decline it brought" in said
    assert "(at the pace of a full year)" in said
    assert "In the year before" not in said


def test_one_order_has_no_rhythm_of_its_own_and_no_pace(facts: ReportFacts) -> None:
    left = facts.losses.lost[1]
    month = dt.date(2024, 2, 1)
    once = dataclasses.replace(
        left,
        new_in=month,
        course=(
            MonthFact(month=dt.date(2024, 1, 1), orders=0, revenue=0.0, profit=0.0),
            MonthFact(month=month, orders=1, revenue=900.0, profit=600.0),
        ),
    )
    said = words.loss_sentence(once, None)
    assert said.startswith("It ordered once, and its silence since grew longer than comparable")
    assert "Its only order was in Feb 2024" in said
    assert "its own rhythm" not in said
    assert "pace of a full year" not in said


def test_a_client_that_cost_more_than_it_brought_is_no_loss_of_profit(facts: ReportFacts) -> None:
    magnet = dataclasses.replace(
        facts.losses.lost[1], profit_before=-211.0, profit_lost=-211.0, referral_profit_lost=4207.0
    )
    said = plain(words.loss_sentence(magnet, "EUR"))
    assert "it cost 211 EUR more than it brought; that is what is saved each year." in said
    assert "bring 4,207 EUR a year less (weighted, as in its value)." in said
    assert "-" not in said
    assert "\u2212" not in said


def test_the_warning_says_how_many_days_there_were(facts: ReportFacts) -> None:
    said = plain(signs.signal_sentence(facts.losses.lost[1], facts.features))
    assert said.startswith("First missed signal: 1 Apr 2024, 61 days before it counted as lost")
    assert signs.signal_sentence(facts.losses.lost[0], facts.features).startswith("There was no")


def test_with_the_reason_unknown_it_is_not_said_that_no_driver_crossed_its_line(
    facts: ReportFacts,
) -> None:
    quiet = dataclasses.replace(facts.losses.lost[0], first_signal=None)
    named = dataclasses.replace(quiet, reasons=(("price", 0.6), ("unknown", 0.4)))
    assert "nor a driver crossed its line" in signs.signal_sentence(named, facts.features)
    unknown = dataclasses.replace(quiet, reasons=(("unknown", 1.0),))
    told = signs.signal_sentence(unknown, facts.features)
    assert told.startswith("There was no early warning by the model's risk; with the reason")
    assert "nor a driver" not in told


def test_a_driver_that_warned_is_named_with_its_side(facts: ReportFacts) -> None:
    driver = dataclasses.replace(facts.losses.lost[1], first_signal_by="price_rise")
    said = plain(signs.signal_sentence(driver, facts.features))
    assert said.endswith("rise of own unit prices: higher than for nine in ten key clients.")


def test_a_recorded_end_is_told_as_one_and_stands_beside_ours(facts: ReportFacts) -> None:
    left = facts.losses.lost[1]
    recorded = dataclasses.replace(left, left_on=left.lost_on, left_reason="too dear")
    assert words.loss_sentence(recorded, None).startswith("It left: that is recorded in the ledger")
    assert "with the reason “too dear”" in signs.recorded_sentence(recorded)
    silent = dataclasses.replace(recorded, left_reason=None, kind="shrunk")
    said = plain(signs.recorded_sentence(silent))
    assert (
        said
        == "Our records say that it left on 1 Jun 2024, with no reason, though it went on buying."
    )


def test_who_may_be_the_client_under_another_id_is_told_with_what_to_do(
    analysed: Published,
) -> None:
    run, tables = analysed
    row = {"client_id": "a", "successor": "z", "began": dt.date(2024, 3, 9)}
    rows = [row | {"days_between": 8, "alike": 0.62}]
    told = tables | {"successors": framed(rows, SUCCESSORS)}
    lost = {each.client_id: each for each in told_losses(run, told, ["a", "e"], names={}, kinds={})}
    fact = lost["a"].goes_on
    assert fact is not None
    said = plain(signs.goes_on_sentence(fact))
    assert said == (
        "Perhaps it has not left: z began to buy on 9 Mar 2024, 8 days after its last order, and "
        "62 % of their trade is the same goods in the same amounts. Ask, and if they are one, give "
        "both one id in the ledger."
    )
    sooner = signs.goes_on_sentence(dataclasses.replace(fact, days_between=-3, name="Zed"))
    assert "Zed began to buy on 9 Mar 2024, before its last order" in plain(sooner)
    lines = lost_lines(lost["a"], {}, "EUR", between=(dt.date(2024, 1, 1), dt.date(2024, 7, 1)))
    assert signs.goes_on_sentence(fact) in lines
    assert all(each.goes_on is None for each in told_losses(run, tables, ["a"], names={}, kinds={}))


def test_a_part_of_the_loss_whose_figure_never_moves_is_told_what_it_rests_on(
    facts: ReportFacts,
) -> None:
    lost = next(each for each in facts.losses.lost if each.drivers)
    move = dataclasses.replace(lost.drivers[0], earlier=0.0, before=0.0, after=0.0)
    still = dataclasses.replace(lost, drivers=(move,))
    said = signs.still_sentence(still, facts.features, "EUR")
    assert said is not None
    assert said.startswith("Where a figure is the same on all three days")
    moved = dataclasses.replace(lost, drivers=(dataclasses.replace(move, after=0.5),))
    assert signs.still_sentence(moved, facts.features, "EUR") is None
    hidden = dataclasses.replace(move, earlier=None, before=None, after=None)
    assert signs.still_sentence(dataclasses.replace(lost, drivers=(hidden,)), {}, None) is None


def test_evidence_names_its_day_and_what_the_amount_is() -> None:
    row = EvidenceFact(
        reason="price",
        table="transactions",
        row_key="O8",
        date=None,
        text_code="unit_price_above_earlier",
        amount=7.0,
    )
    said = plain(words.evidence_text(row, "EUR"))
    assert said == "—: bought at a higher unit price than before (paid extra 7 EUR)"
    assert words.evidence_text(dataclasses.replace(row, amount=None), None).endswith("before")


def test_values_carry_the_unit_of_their_feature(features: Features) -> None:
    assert plain(value(115.0, "silence_days", features, "EUR")) == "115 days"
    assert plain(value(-1234.0, "spend_90", features, "EUR")) == "−1,234 EUR"
    assert plain(value(0.12, "price_rise", features, None)) == "12 %"


def test_one_client_in_lines_for_page_and_terminal(
    published: Published, features: Features
) -> None:
    tables = published[1]
    client = client_facts(tables["scores"], tables["reasons"], tables["clients"], client_id="c")
    told = plain("\n".join(client_lines(client, horizon_days=120)))
    assert "ООО Ромашка (c) is an active client in tier 2 on 1 Jul 2024" in told
    assert "buys nothing within 120 days: 30 % (25 % to 36 %)" in told
    lines = [plain(line) for line in contribution_lines(client, features)]
    assert "    +15.0 points  days since the last order (111 days)" in lines
    assert "          −0.400  spend of 90 days (40.00 EUR)" in lines


def test_of_one_that_orders_more_seldom_than_the_horizon_a_high_risk_is_put_in_place(
    published: Published,
) -> None:
    tables = published[1]
    client = client_facts(tables["scores"], tables["reasons"], tables["clients"], client_id="c")

    def told(gap: float | None, *, is_lost: bool = False) -> str:
        return plain(
            "\n".join(client_lines(client, horizon_days=120, usual_gap_days=gap, is_lost=is_lost))
        )

    assert "Its orders usually come 365 days apart, and the risk is over 120 days" in told(365.0)
    for said in (told(None), told(90.0), told(365.0, is_lost=True)):
        assert "apart" not in said


def test_nothing_is_suggested_of_a_client_that_counts_as_lost(published: Published) -> None:
    tables = published[1]
    client = client_facts(tables["scores"], tables["reasons"], tables["clients"], client_id="c")
    place, *rest, suggested = client_lines(client)
    assert suggested.startswith("Suggested: ")
    assert client_lines(client, is_lost=True) == [place, "This client counts as lost.", *rest]


def test_an_active_client_that_counts_as_lost_is_told_what_active_means(
    published: Published,
) -> None:
    tables = published[1]
    client = client_facts(tables["scores"], tables["reasons"], tables["clients"], client_id="c")
    told = client_lines(client, is_lost=True, active_days=365)
    assert "is an active client" in told[0]
    assert told[1].startswith("All the same it counts as lost")
    assert "365 days" in told[1]
    gone = dataclasses.replace(client, status="lapsed")
    assert client_lines(gone, is_lost=True, active_days=365)[1] == "This client counts as lost."


def test_a_lapsed_client_has_no_risk_to_tell(published: Published) -> None:
    tables = published[1]
    client = client_facts(tables["scores"], tables["reasons"], tables["clients"], client_id="f")
    told = "\n".join(client_lines(client))
    assert told.startswith("f is a lapsed client")
    assert "Risk" not in told


@pytest.mark.parametrize("word", ["because", "caused", "due to", "raw score", "nan", "None"])
def test_no_sentence_claims_a_cause_or_shows_a_hole(facts: ReportFacts, word: str) -> None:
    said = [words.headline(facts.portfolio, facts.losses), words.losses_sentence(facts.losses)]
    for client in facts.losses.lost:
        said += [words.loss_sentence(client, None), words.reason_sentence(client)]
    assert not any(word in each for each in said)


def test_chinese_joins_ways_of_loss_as_clauses(facts: ReportFacts) -> None:
    both = dataclasses.replace(facts.losses, by_kind={"left": 12, "shrunk": 7})
    with speaking("zh"):
        assert "12个离开，7个大幅缩减采购" in words.losses_sentence(both)
    assert "12 left and 7 shrank" in words.losses_sentence(both)


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        (
            "en",
            "1 of these 7 had been lost earlier and is",
            "3 of these 7 had been lost earlier and are",
        ),
        (
            "ru",
            "Потерян ранее и повторно не считается: 1 из 7",
            "Потеряны ранее и повторно не считаются: 3",
        ),
        ("zh", "这7个中有1个", "这7个中有3个"),
    ],
)
def test_who_was_lost_earlier_is_counted_as_the_language_counts(
    facts: ReportFacts, language: str, one: str, many: str
) -> None:
    assert facts.losses is not None
    with speaking(language):
        assert one in words.losses_sentence(facts.losses)
        assert many in words.losses_sentence(dataclasses.replace(facts.losses, lost_before=3))


def test_what_is_probable_and_not_certain_is_told_with_its_money(facts: ReportFacts) -> None:
    assert facts.losses is not None
    unsure = [each for each in facts.losses.lost if each.certainty == "probable"]
    assert 0 < len(unsure) == facts.losses.probable < facts.losses.count
    cost = sum(each.profit_lost for each in unsure)
    assert facts.losses.probable_profit_lost == pytest.approx(cost)
    said = plain(words.losses_sentence(facts.losses, "EUR"))
    assert f"of these losses is probable, not certain: {cost:,.0f} EUR of profit a year." in said
    sure = dataclasses.replace(facts.losses, probable=0)
    assert "probable" not in words.losses_sentence(sure, "EUR")


def test_who_was_won_and_lost_between_the_dates_is_told_with_its_money(facts: ReportFacts) -> None:
    assert facts.losses is not None
    assert "became" not in words.losses_sentence(facts.losses, "EUR").replace("became unprof", "")
    late = dataclasses.replace(facts.losses, won_and_lost=1, won_and_lost_profit=140_378.0)
    assert (
        "1 client that became a key client after 1 Jan 2024 was lost by 1 Jul 2024 too, and is not "
        "counted: it brought 140,378 EUR of profit in the 365 days before."
    ) in plain(words.losses_sentence(late, "EUR"))


def test_who_is_active_no_more_and_no_loss_by_the_rule_is_told(facts: ReportFacts) -> None:
    assert facts.losses is not None
    assert "active no more" not in words.losses_sentence(facts.losses, "EUR")
    rare = dataclasses.replace(facts.losses, lapsed=2, lapsed_profit=9_800.0)
    said = plain(words.losses_sentence(rare, "EUR"))
    assert "2 of these 7 are active no more, but their orders are so far apart" in said
    assert "they brought 9,800 EUR of profit in the 365 days before 1 Jan 2024." in said


def test_in_russian_no_sentence_begins_with_a_share_in_small_letters(facts: ReportFacts) -> None:
    assert facts.losses is not None
    money = (("price", 1.0), ("unknown", 1599.0))
    with speaking("ru"):
        said = plain(
            words.losses_sentence(dataclasses.replace(facts.losses, money_by_reason=money))
        )
    assert "Записанное в учёте связано с потерей более 99 % денег" in said
