"""An e-mail, a telephone number and forty scripts in every text field of a ledger; a search."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

MAIL, PHONE = "vera.canary@example.org", "+49 30 5550 0199"
SCRIPT = """"'><img src=x onerror=window.__pwned=1><script>window.__pwned=1</script>"""
CANARY = f"{MAIL} {PHONE} {SCRIPT}"
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% for x in () %}",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "\u2066name\u2069",
    "𠜎𠜱🧨",
    "a\u0301\u0301\u0301",
    "x" * 300,
    "&lt;b&gt;",
    "';--",
    "%3Cscript%3E",
    "null",
    "{count} {money}",
    "<!--",
    "]]>",
    "\u0085line",
    "<script>window.__pwned=1</script>",
    "<svg><script>window.__pwned=1</script></svg>",
    '" autofocus onfocus="window.__pwned=1',
    "' onmouseover='window.__pwned=1",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "<details open ontoggle=window.__pwned=1>",
    "</bdi></a></th></table><img src=x onerror=window.__pwned=1>",
    "</select></form><video><source onerror=window.__pwned=1></video>",
    "</style></textarea><script>window.__pwned=1</script>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "${window.__pwned=1}",
    "\u2028\u2029\ufeff\x1b[31m",
)
"""Forty names that a page, a sheet, an address or a terminal could take for something else."""
FOUND = re.compile(r"vera.canary|5550.{0,3}0199", re.IGNORECASE)
"""However it is escaped."""
PROSPECT, BUYER = f"prospect-{MAIL}", f"buyer-{MAIL}"
EVERY = {
    "clients": ("name", "role_note", "left_reason"),
    "events": ("description",),
}
"""Columns of free text: the canary stands in every value, behind the payloads by turns."""
ONCE = {
    "clients": ("industry", "region", "acquisition_channel"),
    "transactions": ("order_id", "line_id", "product", "category"),
    "interactions": ("kind",),
}
"""Columns of codes and names of groups: it stands in one row a payload."""


def plant(ledger: Path) -> None:
    """Put the canary into the Parquet files of a made ledger, and two clients whose id it is.

    Parameters
    ----------
    ledger
        The folder that `write_world` made: a folder of files a table.
    """
    for table in sorted({*EVERY, *ONCE}):
        (path,) = (ledger / table).glob("*.parquet")
        schema, frame = pq.read_schema(path), pd.read_parquet(path)
        if table == "clients":
            frame = pd.concat([frame, _twins(frame)], ignore_index=True)
        if table == "transactions":
            lines = frame[frame["client_id"] == frame["client_id"].iloc[0]]
            frame = pd.concat([frame, lines.assign(client_id=BUYER)], ignore_index=True)
            for name in ("order_id", "line_id"):
                own = frame["client_id"] == BUYER
                frame.loc[own, name] = frame.loc[own, name] + CANARY
        for name in EVERY.get(table, ()):
            frame[name] = frame[name].where(frame[name].isna(), _hostile(len(frame)))
        for name in set(ONCE.get(table, ())) - {"order_id", "line_id"}:
            frame.loc[frame.index[-len(PAYLOADS) :], name] = _hostile(len(PAYLOADS))
        frame.to_parquet(path, schema=schema, index=False)


def _hostile(count: int) -> list[str]:
    """So many values, each its own, that together hold every payload before the canary."""
    turns = [PAYLOADS[number % len(PAYLOADS) :: max(count, 1)] for number in range(count)]
    return [
        "".join(f"{each} {CANARY}" for each in mine) + f" {number}"
        for number, mine in enumerate(turns)
    ]


def _twins(clients: pd.DataFrame) -> pd.DataFrame:
    """A prospect and a client that buys, both of them whom their id names."""
    return clients.iloc[:2].assign(
        client_id=[PROSPECT, BUYER],
        acquired_on=clients["acquired_on"].dropna().iloc[0],
        left_on=None,
    )


def sung(paths: Iterable[Path]) -> dict[str, str]:
    """Which of some files and folders hold the canary, each with the first place of it."""
    files = [f for path in paths for f in ([path] if path.is_file() else sorted(path.rglob("*")))]
    found = {}
    for file in files:
        if file.is_file() and (hit := FOUND.search(_text(file))):
            found[str(file)] = _text(file)[max(0, hit.start() - 80) : hit.end() + 40]
    return found


def _text(file: Path) -> str:
    """What a file says, the cells of a table decoded."""
    raw = file.read_bytes().decode("utf-8", "replace")
    if file.suffix != ".parquet":
        return raw
    cells = pq.read_table(file).to_pylist()
    return "\n".join(str(value) for row in cells for value in row.values())


@contextmanager
def overheard() -> Iterator[io.StringIO]:
    """Everything that anybody logs meanwhile, as verbosely as `-v` has it."""
    heard, root = io.StringIO(), logging.getLogger()
    ear, level = logging.StreamHandler(heard), root.level
    ear.addFilter(lambda record: not record.name.startswith("httpx"))  # the test's own questions
    root.addHandler(ear)
    root.setLevel(logging.INFO)
    logging.getLogger("segml.canary").info("The log is heard.")
    try:
        yield heard
    finally:
        root.removeHandler(ear)
        root.setLevel(level)
