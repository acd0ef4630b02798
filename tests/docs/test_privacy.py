"""docs/privacy.md against the schemas: a new column without a line there fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from segml.ledger.contract import TABLES as LEDGER
from segml.stores import PERSONAL, TABLES

KINDS = {"Names a client": "client", "Names another": "other", "Words": "text", "Yours": "staff"}


@pytest.fixture
def published(tables: Callable[[str], Any]) -> dict[str, dict[str, str]]:
    rows = tables("privacy.md")["What comes out"][0]
    return {row["Table"].strip("`"): row for row in rows}


def test_every_published_column_has_its_place_on_the_map(
    published: dict[str, dict[str, str]], codes: Callable[[str], list[str]]
) -> None:
    assert set(published) == set(TABLES)
    for name, row in published.items():
        told = [column for part in (*KINDS, "Other columns") for column in codes(row[part])]
        assert sorted(told) == sorted(TABLES[name].names), name


def test_what_a_column_can_name_is_what_forgetting_goes_by(
    published: dict[str, dict[str, str]], codes: Callable[[str], list[str]]
) -> None:
    for name, row in published.items():
        told = {column: kind for part, kind in KINDS.items() for column in codes(row[part])}
        assert told == dict(PERSONAL.get(name, {})), name
    assert set(PERSONAL) - set(TABLES) == {"features"}


def test_every_column_that_is_called_client_manager_or_name_is_on_the_map() -> None:
    for name, schema in TABLES.items():
        for column in {"client_id", "manager", "name", "note"} & set(schema.names):
            code = (name, column) in {("drift", "name"), ("schemes", "note")}  # names of features
            assert code or column in PERSONAL[name], (name, column)


def test_columns_of_the_ledger_on_the_map_are_the_contracts(
    tables: Callable[[str], Any], codes: Callable[[str], list[str]]
) -> None:
    rows = {row["Table"].strip("`"): row for row in tables("privacy.md")["What goes in"][0]}
    assert set(rows) == {table.name for table in LEDGER}
    for table in LEDGER:
        row = {part: cell for part, cell in rows[table.name].items() if part != "Table"}
        told = {column for cell in row.values() for column in codes(cell)}
        assert told <= {column.name for column in table.columns}
        people = {"client_id", "name", "manager", "referred_by", "role_note", "left_reason"}
        assert people & {column.name for column in table.columns} <= told
