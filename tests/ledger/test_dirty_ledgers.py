"""No ledger, however dirty, ends in a traceback, and no row of it is lost from the count.

`SEGML_LEDGERS=10000` reads so many; CI reads forty.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.ledger.dirty import dirty_ledger

from segml.ledger import Check, check_ledger, open_ledger
from segml.words.errors import Refusal

LEDGERS = int(os.environ.get("SEGML_LEDGERS", "25"))
FIRST = int(os.environ.get("SEGML_FIRST_LEDGER", "0"))
"""The number of the first ledger: a failing one is made again by its number."""


def complaint(check: Check) -> str | None:
    """What is wrong with what was counted; None if nothing is."""
    for name, counts in check.counts.items():
        if counts.read != counts.kept + counts.quarantined + counts.filtered:
            return f"{name}: {counts}"
        aside = int((check.quarantine["table"] == name).sum())
        if aside != counts.quarantined:
            return f"{name}: {aside} rows in the quarantine, {counts.quarantined} counted"
    return None


def held(seed: int, folder: Path) -> tuple[str, str | None]:
    """How a ledger ended (read, errors, refused), and what is wrong with that."""
    plan, economics = dirty_ledger(seed, folder)
    try:
        check = check_ledger(plan, economics)
    except Refusal as refusal:
        return "refused", None if refusal.allowed and refusal.next_step else str(refusal)
    except Exception as fault:
        return "fault", f"{type(fault).__name__}: {fault}"
    if (wrong := complaint(check)) or check.findings.errors:
        return "errors", wrong
    try:
        with open_ledger(plan, economics, scratch=folder / "scratch") as ledger:
            day = ledger.last_day + 1
            lines = ledger.past(day).frame("SELECT count(*) AS n FROM {lines}")["n"].iloc[0]
    except Refusal as refusal:
        return "read", f"checked without an error, then refused: {refusal}"
    except Exception as fault:
        return "fault", f"{type(fault).__name__}: {fault}"
    kept = check.counts["transactions"].kept
    return "read", None if lines == kept else f"{lines} lines of {kept} kept"


@pytest.mark.slow
def test_a_dirty_ledger_is_read_or_refused_and_every_row_is_counted(tmp_path: Path) -> None:
    ends: dict[str, int] = {}
    wrong = {}
    for seed in range(FIRST, FIRST + LEDGERS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        end, complaint_ = held(seed, folder)
        ends[end] = ends.get(end, 0) + 1
        if complaint_ is not None:
            wrong[seed] = complaint_
        shutil.rmtree(folder)
    assert wrong == {}
    if LEDGERS >= 40:  # the ledgers are neither all hopeless nor all clean
        assert min(ends.get(end, 0) for end in ("read", "errors", "refused")) > LEDGERS / 40
