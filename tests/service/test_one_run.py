"""A run that takes another's place while a page is made: the reader sees one of them alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from segml.service import views

LATER = dt.date(2031, 5, 6)


def test_a_page_tells_the_run_that_its_facts_are_of(
    served: Any, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, original = served.newest.held, views.monday_of
    other = dataclasses.replace(held, as_of=LATER)

    def replaced_meanwhile(desk: Any) -> Any:
        monkeypatch.setattr(served.newest, "_held", other)
        return original(desk)

    browser = reader("hedda")
    monkeypatch.setattr(views, "monday_of", replaced_meanwhile)
    text = browser.get("/?lang=en").text
    assert served.newest.held is other
    assert "1\N{NO-BREAK SPACE}Apr\N{NO-BREAK SPACE}2024" in text
    assert str(LATER.year) not in text
    assert str(LATER.year) in browser.get("/?lang=en").text
