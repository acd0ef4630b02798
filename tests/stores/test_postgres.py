"""The door to PostgreSQL, without one: which URLs pass, what is told where the driver lacks."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import segml
from segml.stores import Warehouse, publish_to_warehouse, require_warehouse
from segml.words.errors import ConfigurationRefused, PublicationFailed

SECRET = "hunter2secret"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"mysql://me:{SECRET}@db/x", "no URL of a PostgreSQL database"),
        (f"host=db password={SECRET}", "no URL of a PostgreSQL database"),
        (f"postgresql://me:{SECRET}@{SECRET}@db/x", "a sign that ends it"),
        (f"postgresql://me:{SECRET}/{SECRET}@db/x", "a sign that ends it"),
        (f"postgresql://me:{SECRET}?{SECRET}@db/x", "a sign that ends it"),
        (f"postgresql://me:{SECRET}#{SECRET}@db/x", "a sign that ends it"),
        (f"postgresql://me:{SECRET}@db/x?sslmood=on", "sslmood"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str, says: str) -> None:
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    with pytest.raises(ConfigurationRefused, match=says) as refused:
        require_warehouse(Warehouse(url=url), portfolio="shop", command="segml score")
    assert SECRET not in str(refused.value)


def test_the_driver_is_imported_only_where_it_is_used() -> None:
    sources = Path(str(segml.__file__)).parent.rglob("*.py")
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sources}
    at_the_top = [
        path.name
        for path, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and "psycopg" in ast.unparse(node)
    ]
    assert at_the_top == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_scheme_of_postgresql_is_one_url_of_libpqs(scheme: str) -> None:
    warehouse = Warehouse(url=f"{scheme}://me:{SECRET}@db:5433/x?sslmode=require")
    assert warehouse.conninfo == f"postgresql://me:{SECRET}@db:5433/x?sslmode=require"
    assert SECRET not in warehouse.shown()
    assert SECRET not in repr(warehouse)


def test_a_server_that_is_not_there_is_refused_with_its_address() -> None:
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    warehouse = Warehouse(url=f"postgresql://me:{SECRET}@127.0.0.1:1/x")
    with pytest.raises(PublicationFailed, match=r"127\.0\.0\.1:1/x") as refused:
        require_warehouse(warehouse, portfolio="shop", command="segml score")
    assert SECRET not in str(refused.value)
    assert refused.value.exit_code == 1


def test_without_its_driver_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (tmp_path / "run.json").write_text('{"portfolio": "shop", "as_of": "2011-06-01"}')
    warehouse = Warehouse(url="postgresql://db/x")
    with pytest.raises(ConfigurationRefused, match=r"install segml\[postgres\]"):
        publish_to_warehouse(warehouse, tmp_path, command="segml score")
