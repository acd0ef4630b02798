"""Every answer of the API is what its description says, for every reader, whatever is asked.

Requests are made by schemathesis from the description: parameters as it allows them and as it does
not, ids that there are and that there are not. SEGML_SCHEMA_EXAMPLES=<number> makes so many for a
route, a reader and a kind instead of a few, other ones each time.
"""

from __future__ import annotations

import os
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

schemathesis = pytest.importorskip("schemathesis", reason="a development tool is missing")
from schemathesis.checks import not_a_server_error  # noqa: E402 - only if it is there
from schemathesis.specs.openapi.checks import (  # noqa: E402 - only if it is there
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LONG = os.environ.get("SEGML_SCHEMA_EXAMPLES")
EXAMPLES = int(LONG or 20)
READERS = ("mia", "hedda", "ana", "ada", None)
ROUTES = ("run", "clients", "client", "path", "what-if", "losses", "dossier", "monday")
WITHOUT_PARAMETERS = ("run", "monday")
PREFIX = "/api/v1"
THOROUGH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=LONG is None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def described(served: Any) -> Any:
    head = {"authorization": f"Bearer {served.tokens['hedda']}"}
    told = httpx.get(f"{served.address}{PREFIX}/openapi.json", headers=head, timeout=60).json()
    return schemathesis.openapi.from_dict(told)


def test_every_route_of_the_description_is_asked(described: Any) -> None:
    assert {f"{PREFIX}/{route}" for route in ROUTES} == {*described.raw_schema["paths"]}


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize(
    ("route", "kind"),
    [
        *((route, "allowed") for route in ROUTES),
        *((route, "not allowed") for route in ROUTES if route not in WITHOUT_PARAMETERS),
    ],
)
def test_an_answer_is_as_described(
    served: Any, described: Any, route: str, who: str | None, kind: str
) -> None:
    operation = described[f"{PREFIX}/{route}"]["GET"]
    has_id = "id" in {each["name"] for each in operation.definition.raw.get("parameters", ())}
    is_allowed, may = kind == "allowed", who in ("mia", "hedda")
    modes = schemathesis.GenerationMode
    asked = operation.as_strategy(generation_mode=modes.POSITIVE if is_allowed else modes.NEGATIVE)
    head = {"authorization": f"Bearer {served.tokens[who]}"} if who else {}
    checks = [*CHECKS, negative_data_rejection] if may and not is_allowed else CHECKS
    mine = [each for each in served.own() if route != "dossier" or each in served.lost]
    ids = [*mine[:6], *served.foreign()[:1]]

    @THOROUGH
    @given(case=asked, one=st.sampled_from([*ids, None]), orders=st.integers(0, 9))
    def answers(case: Any, one: str | None, orders: int) -> None:
        if is_allowed and has_id and one is not None:
            case.query["id"] = one
            if route == "what-if" and orders:
                case.query = {"id": one, "frequency": orders}  # few of all numbers are in range
        case.headers = {**(case.headers or {}), **head}
        response = case.call(base_url=served.address)
        case.validate_response(response, checks=checks)
        allowed = {200, 404, 409, 422} if may else {403, 422} if who else {401, 422}
        assert response.status_code in allowed

    answers()
