"""The published columns are those the rooms that make them declare."""

from collections.abc import Mapping

import pyarrow as pa
import pytest

from segml import scoring
from segml.losses import tables
from segml.stores import TABLES

ARROW = {
    "date": pa.date32(),
    "text": pa.string(),
    "whole": pa.int32(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "object": pa.date32(),
    "str": pa.string(),
    "float64": pa.float64(),
    "int64": pa.int32(),
}


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("scores", scoring.SCORES),
        ("reasons", scoring.REASONS),
        ("clients", scoring.CLIENTS),
        ("prospects", scoring.PROSPECTS),
        ("prospect_reasons", scoring.PROSPECT_REASONS),
        ("roles", scoring.ROLES),
        ("levers", scoring.LEVERS),
        ("losses", tables.LOSSES),
        ("loss_reasons", tables.LOSS_REASONS),
        ("evidence", tables.EVIDENCE),
        ("demoted", tables.DEMOTED),
        ("course", tables.COURSE),
        ("path", tables.PATH),
        ("margins", tables.MARGINS),
    ],
)
def test_what_is_made_is_what_is_published(name: str, made: Mapping[str, str]) -> None:
    published = {column.name: column.type for column in TABLES[name].columns}
    assert published == {column: ARROW[kind] for column, kind in made.items()}
    assert list(published) == list(made)
