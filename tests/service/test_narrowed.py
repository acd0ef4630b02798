"""The form of the list: what it narrows to and sorts by becomes an address of codes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ({"sort": "risk", "key": "1"}, {"sort": ["risk"], "key": ["1"]}),
        ({"sort": "name"}, {"sort": ["name"], "order": ["up"]}),
        ({"sort": "tier", "status": "active"}, {"sort": ["tier"], "order": ["up"]}),
        ({}, {}),
    ],
)
def test_the_form_says_what_the_list_is_sorted_by(
    reader: Any, form_of: Any, typed: dict[str, str], codes: dict[str, list[str]]
) -> None:
    browser = reader("hedda")
    answer = browser.post("/clients", data={**form_of(browser, "/clients"), **typed})
    assert answer.status_code == 303
    found = parse_qs(urlsplit(answer.headers["location"]).query)
    assert {name: found[name] for name in codes} == codes
    assert ("order" in found) == ("order" in codes)
    page = browser.get(answer.headers["location"]).text
    chosen = typed.get("sort", "stake")
    assert f'<option value="{chosen}" selected>' in page


def test_a_list_by_name_begins_with_the_first(reader: Any) -> None:
    browser = reader("hedda")
    told = browser.get("/clients?sort=name&order=up").text
    assert 'aria-sort="ascending"' in told


@pytest.mark.parametrize("path", ["/clients", "/clients.csv", "/clients.xlsx"])
def test_a_word_that_is_known_no_more_lists_nobody(reader: Any, path: str) -> None:
    assert reader("hedda").get(path, params={"word": "of-last-year"}).status_code == 404
