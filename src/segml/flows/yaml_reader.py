"""A YAML file as plain values: duplicate keys refused, no word or clock turned into a number."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from segml.words.errors import ConfigurationRefused

LARGEST_FILE = 1_000_000
"""Bytes; a configuration is written by hand, so anything larger is something else."""


class _PlainLoader(yaml.SafeLoader):
    """YAML 1.2's core types: `no` is a word, `12:30` is text, `010` is text, dates are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as the base class declares it

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - the signature of the base class
    ) -> dict[Hashable, Any]:
        """Build a mapping, refusing a key that stands twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise ConfigurationRefused(
                    f"the key `{name}` stands twice (line {key.start_mark.line + 1})",
                    allowed="each key once",
                    next_step="remove one of the two",
                )
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _resolve(tag: str, pattern: str, first: str) -> None:
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_resolve("null", r"^(?:~|null|)$", "~n")
_resolve("bool", r"^(?:true|false)$", "tf")
_resolve("int", r"^[-+]?(?:0|[1-9][0-9_]*)$", "-+0123456789")
_resolve(
    "float",
    r"^[-+]?(?:(?:0|[1-9][0-9_]*)?\.[0-9]+|(?:0|[1-9][0-9_]*)\.?)(?:[eE][-+]?[0-9]+)?$",
    "-+.0123456789",
)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one configuration file.

    Parameters
    ----------
    path
        The file; at most a megabyte of UTF-8.

    Returns
    -------
    dict
        The mapping at the top of the file.

    Raises
    ------
    ConfigurationRefused
        If the file is absent, too large, no UTF-8, no YAML, aliased, or no mapping; or if a key
        stands twice.
    """
    return parse_yaml(_read_text(path), path)


def parse_yaml(text: str, path: Path) -> dict[str, Any]:
    """The mapping at the top of a configuration's text.

    Parameters
    ----------
    text
        The file's, or what it might become.
    path
        Named in the refusal.

    Raises
    ------
    ConfigurationRefused
        As `read_yaml`.
    """
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, _PlainLoader)):
            raise ConfigurationRefused(
                f"`{path.name}` uses a YAML alias (*name)",
                allowed="plain values",
                next_step="write the value out",
            )
        loaded = yaml.load(text, _PlainLoader)  # noqa: S506 - derived from SafeLoader
    except (ValueError, RecursionError):
        raise ConfigurationRefused(
            f"`{path.name}` holds a number too long or nests too deeply",
            allowed="a configuration that a person could read",
            next_step="mend the value",
        ) from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f" at line {place.line + 1}" if place else ""
        raise ConfigurationRefused(
            f"`{path.name}` is no YAML{where}: {getattr(error, 'problem', error)}",
            allowed="one YAML mapping",
            next_step="mend the line",
        ) from None
    if not isinstance(loaded, dict):
        raise ConfigurationRefused(
            f"`{path.name}` holds {type(loaded).__name__}",
            allowed="a mapping that begins with `portfolio:` and `ledger:`",
            next_step="see the README's ten lines",
        )
    return loaded


def compose_yaml(text: str) -> yaml.MappingNode:
    """The nodes of a configuration's text, which `parse_yaml` has taken: values with their places.

    Parameters
    ----------
    text
        One mapping.
    """
    node = yaml.compose(text, _PlainLoader)
    assert isinstance(node, yaml.MappingNode)
    return node


def _read_text(path: Path) -> str:
    if not _is_file(path):
        raise ConfigurationRefused(
            f"there is no file `{path}`",
            allowed="the path of a configuration file",
            next_step="check the path, or run `segml demo` for an example",
        )
    if path.stat().st_size > LARGEST_FILE:
        raise ConfigurationRefused(
            f"`{path.name}` has {path.stat().st_size:,} bytes",
            allowed=f"at most {LARGEST_FILE:,} bytes",
            next_step="pass the configuration, not the data",
        )
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationRefused(
            f"`{path.name}` is not UTF-8",
            allowed="UTF-8 text",
            next_step="save it as UTF-8",
        ) from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long, or with a NUL
        return False
