"""Tuned values as a change of the configuration's text that leaves everything else as it stands.

A value that is there is replaced where it stands; one that is not is put behind the last key of its
section, in the section's own style. The new text is read again and has to be the old configuration
with these values and nothing else, or nothing is proposed as a text.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from segml.flows.yaml_reader import compose_yaml, parse_yaml
from segml.stores import publish_file
from segml.words.errors import ConfigurationRefused

Value = float | int | bool
BOM = b"\xef\xbb\xbf"
STEP = "  "
"""How far a section is moved in under its key."""


def tuned_text(text: str, changes: Mapping[str, Mapping[str, Value]], path: Path) -> str:
    """A configuration's text with parameters of forests set, all other signs untouched.

    Parameters
    ----------
    text
        The configuration's.
    changes
        Outcome to parameter to value, as in ``churn.forest.num_leaves``.
    path
        The file, for a refusal.

    Raises
    ------
    ConfigurationRefused
        If the text cannot be changed so that nothing else changes; the lines to write are named.

    Examples
    --------
    >>> print(tuned_text("churn: {cutoffs: 9}  # few", {"churn": {"max_depth": 4}}, Path("a.yaml")))
    churn: {cutoffs: 9, forest: {max_depth: 4}}  # few
    """
    expected: dict[str, Any] = copy.deepcopy(parse_yaml(text, path))
    changed = text
    for outcome, values in changes.items():
        for name, value in values.items():
            changed = _with_value(changed, (outcome, "forest", name), _written(value))
            section = expected.setdefault(outcome, {})
            section.setdefault("forest", {})[name] = value
    if not _is(changed, expected, path):
        raise _by_hand(path, changes)
    return changed


def difference(before: str, after: str, name: str) -> str:
    """The unified diff of two texts of one file; `patch -p1` takes it.

    Parameters
    ----------
    before, after
        The texts.
    name
        The file's.
    """
    lines = difflib.unified_diff(
        _lines(before), _lines(after), f"a/{name}", f"b/{name}", lineterm="\n"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def read_exactly(path: Path) -> tuple[bytes, str]:
    """A configuration's bytes, and its text without a mark of byte order.

    Parameters
    ----------
    path
        A file that was read as a configuration.
    """
    content = path.read_bytes()
    return content, content.removeprefix(BOM).decode("utf-8")


def accept(path: Path, before: bytes, text: str) -> None:
    """Put the new text in the file's place, in one step, if the file is still what it was.

    Parameters
    ----------
    path
        The configuration; a link is followed, rights are kept.
    before
        Its bytes when the run began.
    text
        What it is to hold.

    Raises
    ------
    ConfigurationRefused
        If somebody changed the file meanwhile; it is left as it is.
    """
    target = path.resolve()
    if target.read_bytes() != before:
        raise ConfigurationRefused(
            f"`{path.name}` was changed while the search ran",
            allowed="the file that the search began with",
            next_step="run the command again, or apply the diff by hand",
        )
    mode = target.stat().st_mode
    mark = BOM if before.startswith(BOM) else b""
    publish_file(target, mark + text.encode("utf-8"))
    target.chmod(mode)


def _with_value(text: str, keys: tuple[str, ...], value: str) -> str:
    """The text with one value at a path of keys."""
    node: yaml.Node = compose_yaml(text)
    for depth, key in enumerate(keys):
        assert isinstance(node, yaml.MappingNode)
        found = next((inner for name, inner in node.value if name.value == key), None)
        if found is None:
            return _inserted(text, node, keys[depth:], value)
        node = found
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def _inserted(text: str, node: yaml.MappingNode, keys: tuple[str, ...], value: str) -> str:
    """The text with new keys behind the last one of a section."""
    if node.flow_style:
        for key in reversed(keys):
            value = f"{key}: {value}" if key == keys[0] else f"{{{key}: {value}}}"
        end = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
        return f"{text[:end]}{', ' if node.value else ''}{value}{text[end:]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    margin = " " * node.start_mark.column
    lines = [f"{margin}{STEP * depth}{key}:" for depth, key in enumerate(keys)]
    lines[-1] += f" {value}"
    end = text.find("\n", _last_sign(node))
    if end < 0:
        return text + newline + newline.join(lines)
    return text[: end + 1] + newline.join(lines) + newline + text[end + 1 :]


def _last_sign(node: yaml.Node) -> int:
    """Where the last value of a node ends; a block's own end lies behind the comments after it."""
    while not node.flow_style if isinstance(node, yaml.CollectionNode) else False:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    end: int = node.end_mark.index
    return end - 1 if block else end


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _lines(text: str) -> list[str]:
    """The lines as `patch` counts them: split at line feeds alone, each with its end."""
    parts = text.split("\n")
    return [f"{line}\n" for line in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _is(text: str, expected: Mapping[str, Any], path: Path) -> bool:
    try:
        return parse_yaml(text, path) == expected
    except ConfigurationRefused:
        return False


def _by_hand(path: Path, changes: Mapping[str, Mapping[str, Value]]) -> ConfigurationRefused:
    told = "; ".join(
        f"`{outcome}.forest.{name}: {_written(value)}`"
        for outcome, values in changes.items()
        for name, value in values.items()
    )
    return ConfigurationRefused(
        f"`{path.name}` is written in a way that cannot be changed with nothing else changing",
        allowed="sections as mappings, in lines or in braces",
        next_step=f"write it in yourself: {told}",
    )
