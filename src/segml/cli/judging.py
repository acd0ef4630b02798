"""The commands that hold what was said against what came."""

from __future__ import annotations

import typer

from segml.cli.options import Config, Day, Json, Verbose, spoken_of
from segml.cli.outcome import Shown, deliver


def join(app: typer.Typer) -> None:
    """Give an application these commands."""
    app.command()(backtest)
    app.command()(realised)


def backtest(config: Config, json: Json = False, verbose: Verbose = False) -> None:
    """Replay history at rolling origins, compare the models with simple rules and grade them."""

    def run(shown: Shown) -> object:
        from segml.flows.backtest import backtest as flow

        return flow(config, progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


def realised(
    config: Config, as_of: Day = None, json: Json = False, verbose: Verbose = False
) -> None:
    """Say how published scores held, once the horizon they spoke of has passed."""

    def run(shown: Shown) -> object:
        from segml.flows.realised import judge_scores as flow

        return flow(config, **spoken_of(config, as_of), progress=shown.progress)

    deliver(run, json=json, verbose=verbose)
