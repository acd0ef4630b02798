"""The path on a client's page and in the API: of who may be seen today, whoever had it before."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from segml.service.access import Viewer
from segml.service.desk import Desk
from segml.stores import Memory, Roster, read_table, write_frame

FORMER, NOW = dt.date(2024, 3, 1), dt.date(2024, 4, 1)


def test_the_api_tells_what_was_published_at_each_run(served: Any, reader: Any) -> None:
    browser, who = reader("hedda"), served.own()[0]
    points = browser.get(f"/api/v1/path?id={who}").json()["points"]
    assert [point["as_of"] for point in points] == [FORMER.isoformat(), NOW.isoformat()]
    for point in points:
        table = read_table(served.site.output / f"as_of={point['as_of']}", "scores")
        row = table.set_index("client_id").loc[who]
        for name in ("tier", "tier_rank", "profit_365", "is_key", "status", "model_version"):
            assert point[name] == row[name], name


def test_the_page_shows_the_path_and_the_same_as_a_table(served: Any, reader: Any) -> None:
    browser = reader("mia")
    who = next(each for each in served.own() if each in served.lost)
    text = browser.get(f"/client?id={who}&lang=en").text
    section = re.search(r'<section id="path">.*?</section>', text, re.DOTALL)
    assert section is not None
    assert "<svg" in section[0]
    rows = re.findall(r'<th scope="row">([^<]+)</th>', section[0])
    assert rows == ["1\xa0Apr\xa02024", "1\xa0Mar\xa02024"]
    assert "style=" not in section[0]


def test_who_had_a_client_before_does_not_see_its_path(served: Any, reader: Any) -> None:
    past = served.site.output / f"as_of={FORMER.isoformat()}"
    foreign = served.foreign()[0]
    clients = read_table(past, "clients")
    before = clients.copy()
    clients.loc[clients["client_id"] == foreign, "manager"] = served.manager
    write_frame(past / "clients.parquet", clients)
    try:
        browser = reader("mia")
        answers = [browser.get(f"/api/v1/path?id={each}") for each in (foreign, "no such client")]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        assert browser.get(f"/client?id={foreign}").status_code == 404
    finally:
        write_frame(past / "clients.parquet", before)


def test_who_has_a_client_today_sees_its_whole_path(served: Any) -> None:
    held = served.newest.held
    own = served.own()[0]
    roster = Roster(held.scores)
    viewer = Viewer(name="mia", role="manager", managers=(served.manager,))
    rows = Desk(viewer, held, served.site, Memory()).path_of(own)
    assert len(rows) == 2
    assert rows[-1]["tier"] == roster.client(own, viewer.scope)["tier"]
