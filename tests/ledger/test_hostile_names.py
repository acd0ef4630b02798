"""No name becomes SQL, no SQL of the configuration reads what the configuration does not name.

`SEGML_NAMES=10000` tries so many, `SEGML_FIRST_NAME` begins at another number; CI tries
sixty.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from tests.ledger.hostile import CANARY, Hostile, hostile_ledger

from segml.ledger import check_ledger, open_ledger
from segml.words.errors import Refusal
from segml.words.plan import Economics, LedgerPlan, SourcePlan

NAMES = int(os.environ.get("SEGML_NAMES", "30"))
FIRST = int(os.environ.get("SEGML_FIRST_NAME", "0"))
RAW = re.compile(
    r"\b(Parser|Binder|Catalog|Syntax|Conversion|Permission|Internal) Error\b|duckdb\."
)
"""DuckDB's own words, which a name must never lead to."""


def said(found: Hostile) -> tuple[bool, str]:
    """Whether a ledger was read, and everything that is said of it."""
    try:
        check = check_ledger(found.plan, Economics())
    except Refusal as refusal:
        return False, str(refusal)
    told = check.quarantine.to_csv() + check.findings.text() + " ".join(check.notes)
    if check.findings.errors:
        return True, told
    with open_ledger(found.plan, Economics()) as ledger:
        return True, told + ledger.past(ledger.last_day + 1).frame(
            "SELECT * FROM {clients}"
        ).to_csv()


def wrong_with(seed: int, folder: Path) -> tuple[bool, str | None]:
    """Whether a ledger was read, and what must not have happened; None if nothing did."""
    found = hostile_ledger(seed, folder)
    try:
        is_read, told = said(found)
    except Exception as fault:
        return False, f"{type(fault).__name__}: {fault}"
    if CANARY in told:
        return is_read, f"read outside its folder: {told}"
    if not found.is_sql and RAW.search(told):
        return is_read, f"SQL shown raw: {told}"
    beside = sorted(path.name for path in folder.iterdir())
    return is_read, None if beside == ["portfolio", "secret.csv"] else f"wrote {beside}"


def test_the_canary_would_be_seen(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(f"client_id,date,amount\n{CANARY},2024-01-01,1\n", "utf-8")
    plan = LedgerPlan(transactions=SourcePlan(path=str(secret)))
    assert CANARY in said(Hostile(plan, is_sql=False))[1]


@pytest.mark.slow
def test_hostile_names_are_read_or_refused_and_nothing_outside_is_reached(tmp_path: Path) -> None:
    wrong, read = {}, 0
    for seed in range(FIRST, FIRST + NAMES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        is_read, complaint = wrong_with(seed, folder)
        read += is_read
        if complaint is not None:
            wrong[seed] = complaint
        shutil.rmtree(folder)
    assert wrong == {}
    assert read > NAMES / 8
