"""What is worked out before a reader asks, what is let go of afterwards, what is printed."""

from __future__ import annotations

import platform
import re
import shutil
from typing import Any

import pytest

from segml.report.pages import OF_MONDAY
from segml.service import facts
from segml.service.access import ALONE
from segml.service.asking import IDLE_SECONDS, Trained
from segml.service.door import Door
from segml.service.printing import NAMES
from segml.service.serve import FIRST
from segml.service.warming import Warmer
from segml.stores import Newest, few_arenas
from segml.stores.roster import COLUMNS


def test_what_is_asked_first_is_there_before(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(served.site, served.newest, is_secure=False)
    door.readers.keep("hers", ALONE)
    Warmer(door).prepare(served.newest.held)
    for name in ("monday_facts", "whole_facts", "lost_facts", "told_part"):
        monkeypatch.setattr(facts, name, None)
    desk = door.desk_of(ALONE, served.newest.held)
    assert facts.monday_of(desk).as_of == served.newest.held.as_of
    assert facts.whole_of(desk).portfolio.statuses
    assert facts.losses_of(desk, slice(0, 50)) is not None


def test_the_first_page_is_worked_out_before_anybody_is_let_in(served: Any) -> None:
    door = Door(served.site, served.newest, is_secure=False)
    door.readers.keep("hers", ALONE)
    held = served.newest.held
    Warmer(door).begin()
    assert door.memory.get((held.mark, ALONE.scope, "monday")) is not None
    assert door.memory.get((held.mark, ALONE.scope, "whole")) is None


def test_the_columns_read_first_are_those_of_the_first_page(served: Any) -> None:
    assert {*FIRST} == {*OF_MONDAY, "name"}  # of which `called` is made
    output, portfolio = served.site.output, served.site.portfolio
    newest = Newest(output, portfolio=portfolio, first=FIRST)
    door = Door(served.site, newest, is_secure=False)
    Warmer(door).begin()
    read = {*newest.held.roster._register._held}
    assert read == {*FIRST}
    assert door.memory.get((newest.held.mark, ALONE.scope, "monday")) == facts.monday_of(
        door.desk_of(ALONE, served.newest.held)
    )
    newest.held.settle()
    assert {*newest.held.roster._register._held} == {*COLUMNS}


def test_of_a_run_that_was_replaced_nothing_is_kept(served: Any) -> None:
    door = Door(served.site, served.newest, is_secure=False)
    held, warmer = served.newest.held, Warmer(door)
    door.readers.keep("hers", ALONE)
    door.memory.keep(("of before", ALONE.scope, "monday"), 1)
    door.parts.keep(("of before.x", "monday"), "text")
    warmer.prepare(held)
    assert door.memory.get(("of before", ALONE.scope, "monday")) == 1  # its readers still read
    warmer.prepare(held)
    assert door.memory.get(("of before", ALONE.scope, "monday")) is None
    assert not door.parts.values()
    assert door.memory.get((held.mark, ALONE.scope, "monday")) is not None


def test_what_cannot_be_prepared_keeps_no_run_back(
    served: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    door = Door(served.site, served.newest, is_secure=False)
    door.readers.keep("hers", ALONE)
    monkeypatch.setattr(facts, "monday_facts", None)
    Warmer(door).prepare(served.newest.held)
    assert "cannot be prepared: TypeError" in caplog.text


def test_a_version_nobody_asks_of_is_let_go(served: Any) -> None:
    now = [0.0]
    trained = Trained(lambda: now[0])
    scores = served.newest.held.scores.table("scores")
    who = scores.loc[scores["status"].eq("active"), "client_id"].iloc[0]
    desk = Door(served.site, served.newest, is_secure=False).desk_of(ALONE, served.newest.held)
    assert not trained.let_go()
    assert trained.what_if(desk, who)
    now[0] = IDLE_SECONDS - 1
    assert not trained.let_go()
    now[0] = IDLE_SECONDS
    assert trained.let_go()
    assert not trained.let_go()
    assert trained.what_if(desk, who)


def test_all_threads_share_a_few_heaps_where_the_c_library_can() -> None:
    assert few_arenas() == (platform.libc_ver()[0] == "glibc")


def test_a_dossier_as_pdf_leads_nowhere_and_runs_nothing(served: Any, reader: Any) -> None:
    if not any(map(shutil.which, NAMES)):
        pytest.skip("no Chromium on this machine")
    found = reader("hedda").get(f"/dossier.pdf?id={served.lost[0]}&lang=zh")
    assert found.headers["content-type"] == "application/pdf"
    assert found.content.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", found.content)) <= 2
    assert not re.search(rb"/(URI|JavaScript|JS|Launch|GoToR)\b", found.content)
