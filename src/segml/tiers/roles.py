"""Roles: what a client is to us besides its tier, several at once, each with its evidence.

Found from the day's features alone, for all clients together, or declared by a person; either way
the row says which (`source`). To add a role: name it in `words.role`, give its rule to
`role_rules`, and its line to `_RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from segml.tiers.role_rules import Found, Measure, Portfolio, advisors, anchors, magnets, rising
from segml.words.role import ROLES

_RULES: Mapping[str, Callable[[Portfolio], Found]] = MappingProxyType(
    {"anchor": anchors, "rising": rising, "magnet": magnets, "advisor": advisors}
)
DECLARED = "declared"
"""The measure, and the source, of what a person said."""

COLUMNS = (
    "client_id", "role", "rank", "source", "strength", "measure", "value", "reference", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roles:
    """The roles of every client at a date.

    Parameters
    ----------
    held
        One column a role of `ROLES`, in that order, bool; indexed by client.
    evidence
        One row a client, role and measure, in that order (`COLUMNS`): `rank` of the measure from 1;
        `source` (`found`, `declared`); `strength` of a role that was found, 0 to 1; `value` and the
        `reference` it is held against; `note`, what a person wrote.
    notes
        What was declared and is no role, in a sentence.
    """

    held: pd.DataFrame
    evidence: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def text(self) -> pd.Series:
        """The names of each client's roles, in their order, separated by commas; empty for none."""
        codes = self.held.to_numpy(np.int64) @ (2 ** np.arange(len(ROLES)))
        texts = [
            ",".join(name for bit, name in enumerate(ROLES) if code >> bit & 1)
            for code in range(2 ** len(ROLES))
        ]
        return pd.Series(
            np.array(texts, dtype="str")[codes], index=self.held.index, dtype="str", name="roles"
        )

    def any_of(self, names: Collection[str]) -> pd.Series:
        """Whether a client holds at least one of some roles."""
        return self.held[[name for name in self.held if name in names]].any(axis=1)


def find_roles(
    known: Portfolio, declared: pd.DataFrame, *, names: Collection[str] = ROLES
) -> Roles:
    """The roles that are found in a portfolio, and those that were declared.

    Parameters
    ----------
    known
        The clients at a date.
    declared
        `role` and `role_note`, text or None, of the same index. A role may name several, separated
        by commas; capitals do not matter.
    names
        The roles that are looked for; the others stay empty.
    """
    found = {name: rule(known) for name, rule in _RULES.items() if name in names}
    said, foreign = _declared(declared)
    held = pd.DataFrame(
        {
            name: (found[name].holds if name in found else False) | said[name].to_numpy(bool)
            for name in ROLES
        },
        index=known.frame.index,
    )
    parts = [
        *(part for name, one in found.items() for part in _evidence(name, one, held.index)),
        *_declarations(said, declared["role_note"]),
    ]
    table = pd.concat(parts, ignore_index=True) if parts else _none()
    place = table["role"].map({name: place for place, name in enumerate(ROLES)})
    table = table.assign(_place=place).sort_values(["client_id", "_place", "rank"], kind="stable")
    table["rank"] = table.groupby(["client_id", "_place"]).cumcount() + 1
    return Roles(
        held=held,
        evidence=table[list(COLUMNS)].reset_index(drop=True),
        notes=_foreign_note(foreign),
    )


def _evidence(name: str, found: Found, clients: pd.Index) -> Iterator[pd.DataFrame]:
    for rank, measure in enumerate(found.evidence, start=1):
        rows = np.flatnonzero(found.holds & np.isfinite(measure.value))
        if len(rows):
            yield _rows(clients[rows], name, rank, _told(found, measure, rows))


def _told(found: Found, measure: Measure, rows: np.ndarray) -> dict[str, object]:
    reference = measure.reference[rows]
    return {
        "source": "found",
        "strength": found.strength[rows],
        "measure": measure.name,
        "value": measure.value[rows],
        "reference": np.where(np.isfinite(reference), reference, np.nan),
        "note": None,
    }


def _declared(declared: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Who was declared what, and the words that are no role with their number of clients."""
    words = declared["role"].dropna().astype("str").str.lower().str.split(r"[,;]").explode()
    words = words.str.strip()
    words = words[words.ne("")]
    said = pd.DataFrame(
        {name: declared.index.isin(words.index[words.eq(name)]) for name in ROLES},
        index=declared.index,
    )
    return said, words[~words.isin(ROLES)].value_counts().sort_index()


def _declarations(said: pd.DataFrame, notes: pd.Series) -> Iterator[pd.DataFrame]:
    for name in said:
        rows = np.flatnonzero(said[name].to_numpy(bool))
        if len(rows):
            told = {
                "source": DECLARED,
                "strength": np.nan,
                "measure": DECLARED,
                "value": np.nan,
                "reference": np.nan,
                "note": notes.iloc[rows].to_numpy(),
            }
            yield _rows(said.index[rows], str(name), len(COLUMNS), told)


def _rows(clients: pd.Index, role: str, rank: int, told: dict[str, object]) -> pd.DataFrame:
    table = pd.DataFrame({"client_id": clients, "role": role, "rank": rank, **told})
    return table.astype({"note": object, "strength": "float64"})


def _none() -> pd.DataFrame:
    table = pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    numbers = ("strength", "value", "reference")
    return table.astype(dict.fromkeys(numbers, "float64") | {"rank": "int64"})


def _foreign_note(foreign: pd.Series) -> tuple[str, ...]:
    if not len(foreign):
        return ()
    shown = ", ".join(f"`{str(word)[:30]}`" for word in foreign.index[:3])
    return (
        (
            f"`clients.role` holds {len(foreign)} words that are no role, of {int(foreign.sum())} "
            f"clients ({shown}); roles are {', '.join(ROLES)}"
        ),
    )
