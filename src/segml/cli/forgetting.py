"""`segml forget`: one client out of all that was published."""

from __future__ import annotations

from typing import Annotated

import typer

from segml.cli.options import Config, Json, Verbose
from segml.cli.outcome import Shown, deliver


def join(app: typer.Typer) -> None:
    """Give an application this command."""
    app.command()(forget)


def forget(
    config: Config,
    client_id: Annotated[str, typer.Argument(help="The client's id.", show_default=False)],
    pseudonym: Annotated[
        bool, typer.Option("--pseudonym", help="Keep its rows under a random name.")
    ] = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Remove one client from everything published, with a record that names nobody."""

    def run(shown: Shown) -> object:
        from segml.flows.forget import forget as flow

        return flow(config, client_id, pseudonym=pseudonym, progress=shown.progress)

    deliver(run, json=json, verbose=verbose)
