"""The facts and words of pages, on frames written out; exports that hold no formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import openpyxl
import pandas as pd
import pytest

from segml.report.edges import decision_fact
from segml.report.language import speaking
from segml.report.pages import Shell, csv_lines, monday_facts, page, xlsx_bytes
from segml.report.pages.exports import COLUMNS
from segml.report.pages.page import falls
from segml.report.pages.page_words import (
    care_sentence,
    decision_sentence,
    news_sentence,
    task_sentence,
)
from segml.report.pages.profile import CareFact
from segml.report.waterfall import ProfitFacts

NOW, BEFORE = dt.date(2024, 4, 1), dt.date(2024, 3, 1)
SHELL = Shell(
    portfolio="shop",
    as_of=NOW,
    version="v",
    rooms={"monday": "/"},
    here="monday",
    languages=(("en", "English", "/?lang=en"),),
    viewer=None,
    role="head",
    token="t",
)


def clients(**columns: Sequence[Any]) -> pd.DataFrame:
    """Six clients: a and b lead, f has gone; columns may be put in anew."""
    base: dict[str, Any] = {
        "client_id": list("abcdef"),
        "called": [f"Firm {each}" for each in "ABCDEF"],
        "status": ["active"] * 5 + ["lapsed"],
        "tier": ["tier 1", "tier 1", "tier 2", "tier 2", "tier 1", "tier 1"],
        "tier_rank": [1, 1, 2, 2, 1, 1],
        "is_key": [True, True, False, False, True, True],
        "p_churn": [0.5, 0.2, 0.9, 0.1, 0.4, None],
        "profit_365": [1000.0, 2000.0, 500.0, 100.0, 900.0, 50.0],
        "action": ["retain"] * 6,
        "currency": ["EUR"] * 6,
        "p_churn_low": [0.1] * 6,
        "p_churn_high": [0.9] * 6,
    }
    frame = pd.DataFrame(base | columns)
    return frame.assign(stake=frame["p_churn"].fillna(0) * frame["profit_365"].clip(lower=0))


NAMES = dict(zip("abcdef", clients()["called"], strict=True))


def reasons_of(ids: Sequence[str]) -> pd.DataFrame:
    rows = [(each, "churn", "silence_days", "40 days", 1.0) for each in ids]
    names = ["client_id", "subject", "feature", "value_text", "contribution"]
    return pd.DataFrame(rows, columns=names)


LOSSES = pd.DataFrame(
    {
        "client_id": ["e", "f"],
        "kind": ["left", "shrunk"],
        "certainty": ["certain", "probable"],
        "lost_on": [dt.date(2024, 3, 20), dt.date(2024, 2, 2)],
        "profit_lost": [900.0, 5000.0],
        "reason_1": ["price", "unknown"],
    }
)
ATTENTION = pd.DataFrame({"client_id": ["a", "b", "c"], "missed": [0, 3, 9]})
DECISIONS = pd.DataFrame(
    {"client_id": ["d"], "best": ["reprice"], "reprice": [250.0], "keep": [-30.0]}
)
WINBACK = pd.DataFrame(
    {
        "client_id": ["e", "f"],
        "expected_value": [400.0, 5.0],
        "attempt_cost": [10.0, 50.0],
        "chance": [0.5, 0.1],
        "lever": ["review_prices", None],
    }
)
TABLES = {"losses": LOSSES, "attention": ATTENTION, "decisions": DECISIONS, "winback": WINBACK}


def told(before: pd.DataFrame | None, tables: dict[str, pd.DataFrame] = TABLES) -> Any:
    since = None if before is None else BEFORE
    return monday_facts(
        clients(),
        before,
        tables,
        names=NAMES,
        days=(NOW, since),
        losses_days=(since, NOW),
        reasons_of=reasons_of,
    )


@pytest.mark.parametrize(
    ("since", "told_to", "end", "expected"),
    [
        (dt.date(2024, 3, 31), dt.date(2024, 3, 1), dt.date(2024, 4, 1), dt.date(2024, 3, 1)),
        (dt.date(2024, 3, 25), dt.date(2024, 3, 31), dt.date(2024, 4, 1), dt.date(2024, 3, 25)),
        (dt.date(2024, 3, 31), None, dt.date(2024, 3, 20), dt.date(2024, 2, 18)),
        (None, None, dt.date(2024, 3, 20), dt.date(2024, 2, 18)),
        (dt.date(2024, 3, 25), None, None, dt.date(2024, 3, 25)),
        (None, None, None, dt.date(2024, 3, 1)),
    ],
)
def test_losses_are_news_since_the_analysis_before_where_scores_come_oftener(
    since: dt.date | None, told_to: dt.date | None, end: dt.date | None, expected: dt.date
) -> None:
    facts = monday_facts(
        clients(),
        None if since is None else clients(),
        {} if end is None else TABLES,
        names=NAMES,
        days=(dt.date(2024, 4, 1), since),
        losses_days=None if end is None else (told_to, end),
        reasons_of=reasons_of,
    )
    assert facts.losses_since == expected
    late = expected > dt.date(2024, 3, 20)
    assert [each.client_id for each in facts.lost] == ([] if end is None or late else ["e"])


def test_what_changed_is_told_since_the_run_before() -> None:
    before = clients(
        p_churn=[0.1, 0.19, 0.1, 0.1, 0.1, 0.1],
        tier=["tier 2", "tier 1", "tier 1", "tier 2", "tier 1", "tier 1"],
        tier_rank=[2, 1, 1, 2, 1, 1],
        is_key=[False, True, True, False, True, True],
    )
    facts = told(before)
    assert [each.client_id for each in facts.lost] == ["e"]
    assert facts.lost_money == 900.0
    assert [(each.client_id, each.before, each.now) for each in facts.risen] == [("a", 0.1, 0.5)]
    assert [(each.client_id, each.up) for each in facts.moved] == [("a", True), ("c", False)]
    assert (facts.moved_up, facts.moved_down) == (1, 1)
    assert facts.stake == pytest.approx(0.5 * 1000 + 0.2 * 2000)
    assert facts.stake_before == pytest.approx(0.19 * 2000 + 0.1 * 500)


def test_a_tier_that_another_model_counts_from_another_place_is_no_move() -> None:
    now = clients()
    ranked = clients(tier_rank=[each + 1 for each in now["tier_rank"]])
    assert told(ranked).moved == ()


def test_where_few_clients_foretell_nothing_no_risk_is_a_thing_to_do() -> None:
    facts = monday_facts(
        clients(),
        None,
        TABLES,
        names=NAMES,
        days=(NOW, None),
        losses_days=(None, NOW),
        reasons_of=reasons_of,
        foretells=False,
    )
    assert "call" in {each.kind for each in told(None).tasks}
    assert "call" not in {each.kind for each in facts.tasks}


def test_without_a_run_before_a_month_is_news_and_nothing_has_changed() -> None:
    facts = told(None)
    assert [each.client_id for each in facts.lost] == ["e"]
    assert facts.stake_before is None
    assert facts.risen == facts.moved == ()


def test_things_to_do_are_of_different_kinds_and_clients_the_dearest_first() -> None:
    facts = told(None)
    assert [(each.kind, each.client_id, each.money) for each in facts.tasks] == [
        ("call", "a", 500.0),
        ("visit", "b", 400.0),
        ("win_back", "e", 390.0),
    ]
    fewer = told(None, {"decisions": DECISIONS})
    assert [(each.kind, each.client_id) for each in fewer.tasks] == [
        ("call", "a"),
        ("reprice", "d"),
    ]
    assert fewer.tasks[1].money == 250.0


def test_a_new_client_is_no_move_and_its_risk_is_a_rise() -> None:
    before = clients().iloc[1:]
    facts = told(before)
    assert [(each.client_id, each.before) for each in facts.risen] == [("a", None)]
    assert facts.moved == ()


def test_sentences_say_the_figures() -> None:
    facts = told(clients())
    assert news_sentence(facts).startswith(
        "1 key client counts as lost since 1\xa0Mar\xa02024: 900\xa0EUR of profit a year."
    )
    assert "Risk of no purchase within 120 days: 50\xa0%" in task_sentence(
        facts.tasks[0], {}, "EUR", 120
    )
    assert "40\xa0days" in task_sentence(facts.tasks[0], {}, "EUR", 120)
    assert task_sentence(facts.tasks[1], {}, "EUR", 120).startswith(
        "3 planned contacts were missed"
    )


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_page_is_said_in_the_language_asked_for(language: str) -> None:
    facts = told(clients())
    html = page("monday", language=language, shell=SHELL, facts=facts, features={}, currency="EUR")
    assert f'<html lang="{language}">' in html
    assert '<a href="/dossier?id=e"><bdi>Firm E</bdi></a>' in html
    assert "{" not in html
    with speaking(language):
        assert news_sentence(facts) in html


def test_bars_from_sales_to_profit_stand_end_to_end() -> None:
    profit = ProfitFacts(
        revenue=1000.0,
        cost_of_goods=700.0,
        cost_to_serve=350.0,
        acquisition=50.0,
        profit=-100.0,
        served={"minutes": 300.0, "commission": 50.0},
    )
    steps = falls(profit)
    assert [each.money for each in steps] == [1000.0, -700.0, -300.0, -50.0, -50.0, -100.0]
    assert sum(each.money for each in steps[:-1]) == steps[-1].money
    for first, second in pairwise(steps[1:-1]):
        assert second.left + second.width == pytest.approx(first.left)
    assert max(each.left + each.width for each in steps) == pytest.approx(100)
    assert min(each.left for each in steps) == pytest.approx(0)


def exported() -> pd.DataFrame:
    row = dict.fromkeys(COLUMNS, "x") | {"p_churn": 0.5, "stake": float("nan"), "is_key": True}
    names = ["=1+1", " =1+1", "\t@x", "+49 30", "-", "Ü\x00\x1b", None, "http://a.b", "0012"]
    names += ["x; =1+1;y", "a;b"]
    return pd.DataFrame([row | {"name": name} for name in names])


def test_a_cell_of_csv_is_never_a_formula() -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(
                b"".join(csv_lines([exported().head(4), exported().iloc[4:]])).decode("utf-8-sig")
            )
        )
    )
    assert [row["name"] for row in rows] == [
        *("'=1+1", "' =1+1", "'\t'@x", "'+49 30", "'-", "Ü\x00\x1b", "", "http://a.b", "0012"),
        *("x;' =1+1;y", "a;b"),
    ]
    assert rows[0]["stake"] == ""
    assert rows[0]["p_churn"] == "0.5"


def test_a_cell_of_a_sheet_is_a_text_a_number_or_a_truth() -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(xlsx_bytes([exported().head(4), exported().iloc[4:]]))
    ).active
    assert sheet is not None
    names = [row[COLUMNS.index("name")] for row in sheet.iter_rows(min_row=2)]
    assert names[0].value == "=1+1"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n", "b"}
    assert names[7].hyperlink is None
    assert names[8].value == "0012"


def test_a_sheet_says_heads_and_codes_in_the_reader_s_language() -> None:
    codes = {"status": "lapsed", "tier": "tier 2", "action": "win_back", "manager": "lapsed"}
    rows = exported().head(1).assign(**codes)

    def first(language: str) -> tuple[dict[str, object], dict[str, str]]:
        told = xlsx_bytes([rows], language=language, churn_days=120)
        sheet = openpyxl.load_workbook(io.BytesIO(told)).active
        assert sheet is not None
        head, row = sheet.iter_rows()
        values = {str(name.value): cell.value for name, cell in zip(head, row, strict=True)}
        return values, {str(n.value): c.number_format for n, c in zip(head, row, strict=True)}

    english, shown = first("en")
    assert english["Risk of no purchase within 120 days"] == 0.5
    assert shown["Risk of no purchase within 120 days"] == "0.0%"
    assert (english["Status"], english["Tier"], english["Manager"]) == (
        "Lapsed",
        "tier 2",
        "lapsed",
    )
    russian, _shown = first("ru")
    assert (russian["Состояние"], russian["Сегмент"]) == ("Неактивные", "сегмент 2")
    assert len(russian) == len(english) == len(COLUMNS)
    assert not set(russian) & set(english)
    chinese, _shown = first("zh")
    assert not set(chinese) & set(english)


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\ufeff", "\u200b \u2066", "\x00", "\n"])
@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_text_that_a_sheet_could_obey_is_a_text(blank: str, begins: str) -> None:
    text = f"{blank}{begins}1+1\uffff"
    rows = exported().head(1).assign(name=text)
    (row,) = csv.DictReader(io.StringIO(b"".join(csv_lines([rows])).decode("utf-8-sig")))
    assert row["name"] == f"'{text}"
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([rows]))).active
    assert sheet is not None
    cell = sheet.cell(2, COLUMNS.index("name") + 1)
    assert (cell.data_type, cell.value[-1]) == ("s", "\ufffd")


def test_a_year_without_contact_names_no_last_one() -> None:
    care = CareFact(team="key accounts", due=12, made=0, missed=11, last_contact=None)
    told = "Contacts in 365 days: 0; due by its playbook: 12; missed: 11"
    assert care_sentence(care) == f"{told}."
    later = replace(care, made=1, last_contact=dt.date(2024, 5, 2))
    assert care_sentence(later).endswith("missed: 11; the last one: 2\xa0May\xa02024.")


def test_a_client_below_zero_is_told_what_it_cost_and_what_is_best() -> None:
    row = {
        "client_id": "c",
        "tier": "tier 1",
        "profit_365": -120.0,
        "keep": -80.0,
        "gain": 200.0,
        "gain_discount": 200.0,
        "gain_care": 0.0,
        "gain_prices": 0.0,
        "rise": 0.02,
        "reprice": 90.0,
        "best": "reprice",
        "condition": "accepts",
        "break_even": 0.25,
    }
    told = decision_sentence(decision_fact(row, name=""), "EUR").replace("\xa0", " ")
    assert told == (
        "In the last year it cost 120 EUR more than it brought. If all stays as it is, its next "
        "year is expected to bring −80 EUR. New terms: discounts back within its tier's limit "
        "(brings 200 EUR a year); the best if it accepts with a chance of at least 25 %."
    )
