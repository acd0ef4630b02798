"""What segml stands on: installed as pinned, pinned as asked for, told in a bill of materials."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()]
LISTS = (
    "pyproject.toml",
    "constraints.txt",
    "scripts",
    ".ci",
    "README.md",
    ".pre-commit-config.yaml",
)


@pytest.fixture(scope="module")
def sbom() -> Iterator[ModuleType]:
    """The script that writes the bill."""
    place = importlib.util.spec_from_file_location("make_sbom", ROOT / "scripts" / "make_sbom.py")
    assert place is not None
    assert place.loader is not None
    found = importlib.util.module_from_spec(place)
    sys.modules["make_sbom"] = found
    place.loader.exec_module(found)
    yield found
    del sys.modules["make_sbom"]


def pinned() -> dict[str, str]:
    """The versions that the constraints name for this machine."""
    return {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==")
        for one in PINS
        if one.marker is None or one.marker.evaluate()
    }


def test_what_is_installed_is_what_is_pinned(sbom: ModuleType) -> None:
    here, pins = sbom.needed(["dev"]), pinned()
    assert len(here) > 100
    drifted = {
        name: (metadata.version(name), pins.get(name))
        for name in here
        if name != "segml" and metadata.version(name) != pins.get(name)
    }
    assert drifted == {}


def test_every_pin_lies_in_the_range_that_is_asked_for_and_every_range_has_one() -> None:
    asked = [Requirement(one) for one in chain(PROJECT["dependencies"], *EXTRAS.values())]
    pins: dict[str, list[str]] = {}
    for one in PINS:
        version = str(one.specifier)
        assert re.fullmatch(r"==[^=*,]+", version), one
        pins.setdefault(canonicalize_name(one.name), []).append(version.removeprefix("=="))
    for one in asked:
        versions = pins.get(canonicalize_name(one.name), [])
        assert versions, one
        assert all(one.specifier.contains(version) for version in versions), one


def test_the_bill_names_all_that_is_needed_and_is_the_same_twice(sbom: ModuleType) -> None:
    told = sbom.bill()
    assert told == sbom.bill()
    bill = json.loads(told)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    names = {part["name"]: part["version"] for part in bill["components"]}
    direct = {canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]}
    assert direct <= set(names)
    assert "pytest" not in names
    assert all(metadata.version(name) == version for name, version in names.items())
    refs = {part["bom-ref"] for part in bill["components"]}
    under = {one["ref"]: set(one.get("dependsOn", ())) for one in bill["dependencies"]}
    assert set(under) == refs | {f"segml=={metadata.version('segml')}"}
    assert set().union(*under.values()) <= refs
    assert all(re.fullmatch(r"pkg:pypi/[^/]+@.+", part["purl"]) for part in bill["components"])
    assert "postgres" not in told
    assert "psycopg" in sbom.needed(["postgres"])


def test_no_list_of_packages_names_where_they_come_from() -> None:
    every = [path for name in LISTS for path in ([ROOT / name], (ROOT / name).rglob("*"))]
    files = {path for paths in every for path in paths if path.is_file()}
    for path in files:
        text = path.read_text("utf-8", errors="replace")
        assert not re.search(r"--(extra-)?index-url\W|find-links\s|simple/\s|@ (http|git)", text), (
            path
        )
