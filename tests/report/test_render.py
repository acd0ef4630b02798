"""The page: one file, no script, no network; every name is text; empty states are told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from segml.losses.tables import framed
from segml.report import ReportFacts, render_report, report_facts
from segml.words.feature import Feature

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
Features = Mapping[str, Feature]
Names = Mapping[str, str | None]


VOID = {"meta", "br", "path", "rect"}


class Page(HTMLParser):
    """The elements, attributes and text of a page; open and closing tags must match."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).replace("\u00a0", " ").split())


@pytest.fixture
def html(facts: ReportFacts) -> str:
    return render_report(facts)


@pytest.fixture
def page(html: str) -> Page:
    return Page(html)


def test_the_same_facts_give_the_same_bytes(facts: ReportFacts, html: str) -> None:
    assert render_report(facts).encode() == html.encode()


def test_the_order_of_the_rows_changes_nothing(
    published: Published, analysed: Published, features: Features, html: str
) -> None:
    for tables in (published[1], analysed[1]):
        tables |= {name: frame.iloc[::-1] for name, frame in tables.items()}
    again = report_facts(*published, losses=analysed, features=features)
    assert render_report(again) == html


def test_there_is_no_script_and_no_handler(page: Page) -> None:
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_every_tag_is_closed(page: Page) -> None:
    assert page.open == []


def test_nothing_is_fetched(html: str, page: Page) -> None:
    assert not {"link", "img", "iframe", "object", "embed", "use", "image"} & set(page.tags)
    links = [value for name, value in page.attributes if name in {"src", "href", "xlink:href"}]
    assert links
    assert all(value.startswith("#") for value in links)
    assert "@import" not in html
    assert not re.search(r"url\s*\(|https?:|//[a-z]", html)


def test_every_name_is_text(page: Page, names: Names) -> None:
    shown = [name for name in names.values() if name is not None]
    assert len(shown) == 5
    for name in shown:
        if name == names["d"]:
            continue  # earns nothing and was not lost: nowhere on the page
        assert name in page.text or any(name in part for part in page.text)


def test_a_chinese_name_is_text(
    published: Published, analysed: Published, features: Features, names: Names
) -> None:
    published[1]["clients"].loc[0, "name"] = names["d"]
    facts = report_facts(*published, losses=analysed, features=features)
    assert f"{names['d']} (a)" in Page(render_report(facts)).text  # d has the same name


def test_a_name_is_never_a_template(html: str) -> None:
    assert "{{ 7 * 7 }}" in html
    assert "Fish &#34;&amp; Chips&#34;" in html


def test_names_do_not_turn_the_line_around(html: str, names: Names) -> None:
    at = html.index(names["e"].split("'")[0])
    assert html[:at].endswith("<bdi>")


def test_values_stand_with_their_units(page: Page) -> None:
    assert "4 days → 115 days" in page.words
    assert "rise of own unit prices — 1 % 12 % Price" in page.words
    assert "70 % · 420 EUR" in page.words


def test_the_path_of_a_lost_client_is_told(page: Page) -> None:
    assert "Tier tier 1 → tier 2" in page.words
    assert "Risk of no purchase within 120 days 10 % → 40 %" in page.words
    assert "Last healthy date 1 Feb 2024" in page.words
    assert "Last order 2 Mar 2024" in page.words
    assert "Sales a month, on average 100 EUR → 10 EUR" in page.words


def test_charts_hold_no_name_and_one_stands_in_each_dossier(html: str, names: Names) -> None:
    charts = re.findall(r"<svg.*?</svg>", html, flags=re.S)
    assert len(charts) == 3
    for chart in charts:
        assert not [name for name in names.values() if name and name in chart]
        assert ">lost</text>" in chart


def test_without_losses_the_page_says_what_to_do(published: Published, features: Features) -> None:
    page = Page(render_report(report_facts(*published, losses=None, features=features)))
    assert "No loss analysis has been published yet. Run segml losses" in page.words
    assert "svg" not in page.tags


@pytest.mark.parametrize(
    ("aside", "said"),
    [
        (0, None),
        (1, "1 of 2,400 rows of sales could not"),
        (37, "37 of 2,400 rows of sales could not"),
    ],
)
def test_rows_of_sales_that_are_in_no_figure_are_counted(
    published: Published, features: Features, aside: int, said: str | None
) -> None:
    run, tables = published
    rows = {"transactions": {"read": 2400, "kept": 2400 - aside, "quarantined": aside}}
    facts = report_facts(run | {"data": {"rows": rows}}, tables, losses=None, features=features)
    html = render_report(facts)
    assert ("rows of sales" in html) == (said is not None)
    assert said is None or said in html


def test_with_nobody_lost_the_page_says_so(
    published: Published, analysed: Published, features: Features
) -> None:
    run, tables = analysed
    empty = {name: frame.head(0) for name, frame in tables.items()}
    facts = report_facts(*published, losses=(run, empty), features=features)
    words = Page(render_report(facts)).words
    assert "none of 7 key clients was lost" in words
    assert "Profit lost a year" not in words
    assert "Fell out of the key tiers" not in words


def test_a_ledger_without_key_clients_profit_currency_or_names_has_a_page(
    published: Published, features: Features
) -> None:
    run, tables = published
    lone = tables["scores"].assign(
        is_key=False,
        tier="tier 1",
        tier_rank=1,
        profit_365=-10.0,
        currency=pd.Series([None] * 6, dtype="str"),
    )
    tables |= {"scores": lone, "clients": tables["clients"].head(0)}
    words = Page(render_report(report_facts(run, tables, losses=None, features=features))).words
    assert "No active client brought a profit" in words
    assert "No active client to show" in words
    assert "— of profit" in words
    assert "Moves between tiers" not in words
    assert not re.search(r"\b(nan|None)\b", words)


def test_a_loss_with_nothing_but_its_row_has_a_dossier(
    published: Published, analysed: Published, features: Features
) -> None:
    run, tables = analysed
    empty = {name: frame.head(0) for name, frame in tables.items() if name != "losses"}
    kept = dict.fromkeys(tables["losses"].columns)
    row = {**tables["losses"].iloc[0].to_dict(), "onset": None, "lost_on": None}
    losses = framed([kept | row], {name: str(d) for name, d in tables["losses"].dtypes.items()})
    facts = report_facts(*published, losses=(run, empty | {"losses": losses}), features=features)
    words = Page(render_report(facts)).words
    assert "it counts as lost since —" in words
    assert not re.search(r"\b(nan|None|NaT)\b", words)


def test_a_name_that_bears_its_id_is_not_followed_by_it(
    published: Published, analysed: Published, features: Features
) -> None:
    run, tables = published
    tables["clients"]["name"] = tables["clients"]["name"].where(
        ~tables["clients"]["client_id"].isin(["a", "b"]), "Jäger"
    )
    html = render_report(report_facts(run, tables, losses=analysed, features=features))
    assert "<h4><bdi>Jäger (a)</bdi></h4>" in html
    named = tables["clients"].set_index("client_id")["name"]["e"]
    assert named
    assert re.search(r"<h4><bdi>[^<]*evil[^<]*</bdi> <small>e</small></h4>", html)


def test_ten_dossiers_stay_small(
    published: Published, analysed: Published, features: Features
) -> None:
    run, tables = analysed
    many = {
        name: pd.concat(
            [frame[frame["client_id"] == "a"].assign(client_id=f"n{n}") for n in range(15)],
            ignore_index=True,
        )
        for name, frame in tables.items()
        if name != "demoted"
    }
    facts = report_facts(
        *published, losses=(run, many | {"demoted": tables["demoted"]}), features=features
    )
    html = render_report(facts)
    assert html.count("<svg") == 10
    assert html.count("<h4>") == 10
    assert "<bdi>n14</bdi>" in html
    assert len(html.encode()) < 150_000


def test_roles_and_their_notes_are_on_the_page_as_text(
    published: Published, features: Features
) -> None:
    """The client with the most at stake, made a magnet in tier 2 with a note that is markup."""
    run, tables = published
    who = report_facts(run, tables, losses=None, features=features).at_risk[0].client_id
    scores = tables["scores"].copy()
    mine = scores["client_id"].eq(who)
    scores.loc[mine, "roles"] = "magnet,special"
    scores.loc[mine, "tier_rank"], scores.loc[mine, "is_key"] = 99, True
    scores = pd.concat(
        [scores, scores[mine].assign(client_id="z", roles="", is_key=False)], ignore_index=True
    )
    columns = ["role", "rank", "source", "measure", "value", "reference", "note"]
    rows = [
        ("magnet", 1, "found", "brought_profit_365", 900.0, 10.0, None),
        ("magnet", 2, "found", "referred_clients", 4.0, 0.2, None),
        ("special", 1, "declared", "declared", None, None, "<b>friend</b>"),
    ]
    roles = pd.DataFrame(rows, columns=columns).assign(client_id=who, strength=0.9)
    levers = pd.DataFrame(
        {
            "client_id": [who],
            "direction": ["up"],
            "rank": [1],
            "lever": ["spend"],
            "feature": ["spend_365"],
            "value": [10.0],
            "target": [900.0],
            "to_tier": ["<i>tier 1</i>"],
        }
    )
    shown = {**tables, "scores": scores, "roles": roles, "levers": levers}
    page = Page(render_report(report_facts(run, shown, losses=None, features=features)))
    text = page.words
    assert not {"b", "i", "script"} & set(page.tags)
    assert "Special: declared by a person: <b>friend</b>." in text
    assert "It would reach <i>tier 1</i> with yearly sales of 900" in text
    assert "1 client is a key client by role alone" in text
    assert "Magnets outside the key tiers" in text


def test_a_tier_tells_its_active_clients_where_it_holds_others(
    published: Published, features: Features
) -> None:
    run, tables = published
    facts = report_facts(run, tables, losses=None, features=features)
    mixed = [tier for tier in facts.portfolio.tiers if tier.active < tier.clients]
    assert mixed
    page = " ".join(Page(render_report(facts)).text)
    assert all(f"{tier.active} of them active" in page for tier in mixed)
    active = tables | {"scores": tables["scores"].assign(status="active")}
    plain = render_report(report_facts(run, active, losses=None, features=features))
    assert "of them active" not in plain
