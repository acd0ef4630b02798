"""What several commands take: their arguments and options, each worded once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

Config = Annotated[Path, typer.Argument(help="The portfolio's YAML file.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON summary on stdout.")]
Because = Annotated[str | None, typer.Option(help="Why, in a sentence; the registry keeps it.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Tell more on stderr.")]
Day = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="See only rows before this day [today]."),
]
From = Annotated[str, typer.Option("--from", metavar="DATE", help="The earlier day.")]
To = Annotated[str, typer.Option("--to", metavar="DATE", help="The later day.")]


def as_of_day(config: Path, text: str | None) -> date:
    """The day asked for, or today in the portfolio's zone: no default is decided elsewhere.

    Parameters
    ----------
    config
        The portfolio's YAML file.
    text
        What was passed; None: today.
    """
    return spoken_of(config, text)["as_of"]


def spoken_of(config: Path, text: str | None) -> dict[str, date]:
    """The day asked for as `as_of`; or today in the portfolio's zone, as `today` besides.

    Whoever passes a day gets what depends on that day alone. Where the clock says it, rows dated
    after its morrow are held to be mistyped.

    Parameters
    ----------
    config, text
        As for `as_of_day`.
    """
    from segml.flows.session import as_date
    from segml.flows.settings import read_settings

    if text is not None:
        return {"as_of": as_date(text)}
    today = datetime.now(ZoneInfo(read_settings(config).plan.ledger.timezone)).date()
    return {"as_of": today, "today": today}
