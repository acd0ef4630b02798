"""The API: its description holds, its parts are whole, and nothing new costs nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import httpx
import pytest

ADDRESSES = ("run", "clients", "losses", "monday")


@pytest.fixture
def api(served: Any) -> Any:
    head = {"authorization": f"Bearer {served.tokens['hedda']}"}
    with httpx.Client(base_url=f"{served.address}/api/v1", headers=head, timeout=60) as browser:
        yield browser


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_new_is_a_304_and_a_new_run_is_not(api: Any, served: Any, address: str) -> None:
    first = api.get(f"/{address}")
    tag = first.headers["etag"]
    again = api.get(f"/{address}", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get(f"/{address}?limit=3", headers={"if-none-match": tag}).status_code == 200
    mia = {"authorization": f"Bearer {served.tokens['mia']}", "if-none-match": tag}
    assert api.get(f"/{address}", headers=mia).status_code == 200


def test_the_parts_of_a_list_are_the_whole(api: Any) -> None:
    whole = api.get("/clients?limit=1000&sort=name&order=up").json()
    parts: list[str] = []
    while len(parts) < whole["total"]:
        told = api.get(f"/clients?limit=37&offset={len(parts)}&sort=name&order=up").json()
        parts += [row["client_id"] for row in told["rows"]]
    assert parts == [row["client_id"] for row in whole["rows"]]
    assert len(set(parts)) == whole["total"]


@pytest.mark.parametrize("address", ["clients", "losses"])
def test_parts_of_other_runs_make_no_list(
    api: Any, served: Any, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    first = api.get(f"/{address}?limit=2").json()
    mark = first["mark"]
    rest = api.get(f"/{address}", params={"limit": 2, "offset": 2, "mark": mark})
    assert (rest.status_code, rest.json()["mark"]) == (200, mark)
    held = served.newest.held
    monkeypatch.setattr(served.newest, "_held", dataclasses.replace(held, former=None))
    found = api.get(f"/{address}", params={"limit": 2, "offset": 2, "mark": mark})
    assert found.status_code == 409
    assert "begin again" in found.json()["error"]
    assert api.get(f"/{address}?limit=2").json()["mark"] != mark


def test_the_description_names_every_field_that_is_told(api: Any) -> None:
    told = api.get("/openapi.json").json()
    assert told["openapi"].startswith("3.")
    assert all(path.startswith("/api/v1/") for path in told["paths"])
    for address, schema in (("run", "RunTold"), ("clients", "ClientsTold")):
        found = api.get(f"/{address}").json()
        assert set(found) == set(told["components"]["schemas"][schema]["properties"])
    row = api.get("/clients?limit=1").json()["rows"][0]
    assert set(row) == set(told["components"]["schemas"]["ClientRow"]["properties"])


@pytest.mark.parametrize(
    "asked",
    [
        *("clients?limit=0", "clients?limit=1001", "clients?offset=-1", "clients?sort=x", "client"),
        *("clients?tier=a&tier=b", "client?id=a&id=b"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(api: Any, asked: str) -> None:
    found = api.get(f"/{asked}")
    assert found.status_code == 422
    assert "error" in found.json()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("clients?limit=1001", "`limit`: Input should be less than or equal to 1000"),
        ("clients?offset=Ivanov", "`offset`: Input should be a valid integer"),
        ("clients?sort=Ivanov", "`sort`: Input should be 'name', 'tier'"),
        ("clients?tier=Ivanov&tier=b", "`tier` is given 2 times"),
        ("client", "`id`: Field required"),
    ],
)
def test_a_refusal_names_the_parameter_and_what_it_may_be_and_not_what_it_was(
    api: Any, asked: str, said: str
) -> None:
    error = api.get(f"/{asked}").json()["error"]
    assert said in error
    assert "Ivanov" not in error


def test_the_same_facts_as_the_pages(api: Any, served: Any) -> None:
    who = served.lost[0]
    dossier, client = api.get(f"/dossier?id={who}").json(), api.get(f"/client?id={who}").json()
    assert dossier["client_id"] == client["client"]["client_id"] == who
    assert sum(share for _, share in dossier["reasons"]) <= 1 + 1e-9
    assert dt.date.fromisoformat(dossier["lost_on"])
    explained = client["client"]["explained"]["churn"]
    parts = [explained["base"], *explained["reasons"], explained["rest"]]
    assert sum(each["contribution"] for each in parts) == pytest.approx(explained["raw"], abs=1e-9)


def test_an_address_that_there_is_not_is_told_as_json(api: Any) -> None:
    found = api.get("/nothing")
    assert found.status_code == 404
    assert set(found.json()) == {"error", "number"}


def test_another_method_is_told_which_there_are(api: Any) -> None:
    found = api.post("/run")
    assert found.status_code == 405
    assert found.headers["allow"] == "GET"
    assert set(found.json()) == {"error", "number"}


def test_every_refusal_is_described_as_it_is(api: Any) -> None:
    told = api.get("/openapi.json").json()
    assert "HTTPValidationError" not in told["components"]["schemas"]
    refused = {"$ref": "#/components/schemas/Refused"}
    for path in told["paths"].values():
        for code in ("401", "403", "404", "422"):
            content = path["get"]["responses"][code]["content"]
            assert content["application/json"]["schema"] == refused
    fields = told["components"]["schemas"]["Refused"]["properties"]
    assert set(fields) == set(api.get("/clients?limit=0").json())
