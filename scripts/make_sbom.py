"""Write a bill of materials: what an installed segml stands on, as CycloneDX JSON.

Run it in the environment that is to be described (with the development tools: `.[dev]`)::

    python scripts/make_sbom.py sbom.cdx.json             # segml and what it needs
    python scripts/make_sbom.py sbom.cdx.json postgres    # with that extra, or several

Everything comes from the metadata of the distributions that are installed, so it tells what runs
here, not what might. The same environment gives the same bytes: there is no time in it, and the
serial number is drawn from the contents. No address of a registry is in it.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = "segml"
_SPACE = uuid.UUID("5f0c1f0e-7d0f-5b52-9d3c-0f6f6b4f2a11")


def needed(extras: Iterable[str] = ()) -> dict[str, tuple[str, ...]]:
    """What segml needs here, by canonical name, with the names that each of them needs in turn.

    Parameters
    ----------
    extras
        Of segml's own, to be counted in.

    Raises
    ------
    PackageNotFoundError
        If something that is needed is not installed.
    """
    found: dict[str, set[str]] = {}
    asked: dict[str, set[str]] = {}
    ahead = [(ROOT, frozenset(extras))]
    while ahead:
        name, wanted = ahead.pop()
        if name in asked and wanted <= asked[name]:
            continue
        asked[name] = asked.get(name, set()) | wanted
        found.setdefault(name, set())
        for requirement in _requirements(name, asked[name]):
            child = canonicalize_name(requirement.name)
            found[name].add(child)
            ahead.append((child, frozenset(requirement.extras)))
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def _requirements(name: str, extras: set[str]) -> list[Requirement]:
    """What a distribution asks for in this environment."""
    lines = metadata.distribution(name).requires or []
    every = [Requirement(line) for line in lines]
    return [
        one
        for one in every
        if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in ("", *extras))
    ]


def _component(name: str) -> Component:
    told = metadata.metadata(name)
    version = metadata.version(name)
    licence = told.get("License-Expression") or told.get("License")
    short = licence and "\n" not in licence and len(licence) < 100
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION if name == ROOT else ComponentType.LIBRARY,
        bom_ref=f"{name}=={version}",
        purl=PackageURL("pypi", name=name, version=version),
        licenses=[DisjunctiveLicense(name=licence)] if short else (),
    )


def bill(extras: Iterable[str] = ()) -> str:
    """The bill of materials of this environment, CycloneDX 1.6 as JSON.

    Parameters
    ----------
    extras
        As `needed`.
    """
    names = needed(extras)
    parts = {name: _component(name) for name in names}
    contents = json.dumps([[part.bom_ref.value, names[name]] for name, part in parts.items()])
    made = Bom(
        components=[part for name, part in parts.items() if name != ROOT],
        metadata=BomMetaData(component=parts[ROOT]),
        serial_number=uuid.uuid5(_SPACE, contents),
    )
    for name, under in names.items():
        made.register_dependency(parts[name], [parts[child] for child in under])
    writer = make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6)
    told = json.loads(writer.output_as_string())
    told["metadata"].pop("timestamp", None)
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("extras", nargs="*")
    given = parser.parse_args()
    told = bill(given.extras)
    given.target.write_text(told, encoding="utf-8")
    print(f"{given.target}: {len(json.loads(told)['components'])} components")


if __name__ == "__main__":
    main()
