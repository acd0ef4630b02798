"""Every command of segml, as thin as it can be: options in, one flow called, one summary out.

To add one: write its flow, a function here, a line in the README; docs/cli.md is held against them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segml import __version__
from segml.cli import forgetting, judging, serving
from segml.cli.options import Because, Config, Day, From, Json, To, Verbose, as_of_day, spoken_of
from segml.cli.outcome import Shown, deliver, say

app = typer.Typer(
    name="segml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Value tiers, churn and potential with exact reasons, and why a key client was lost.",
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - Typer's callback
    if wanted:
        say(f"segml {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Value tiers, churn and potential with exact reasons, and why a key client was lost."""


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path("segml-demo"),
    clients: Annotated[int, typer.Option(min=200, max=1_000_000)] = 2000,
    months: Annotated[int, typer.Option(min=24, max=240)] = 36,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Make a small world, train, score, analyse losses, write the report, say where to look."""

    def run(shown: Shown) -> object:
        from segml.flows.demo import demo as flow

        return flow(folder, clients=clients, months=months, seed=seed, progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="The folder to write.", show_default=False)],
    clients: Annotated[int, typer.Option(min=10, max=1_000_000)] = 2000,
    months: Annotated[int, typer.Option(min=6, max=240)] = 36,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    config: Annotated[
        Path | None, typer.Option("--config", help="A YAML file of numbers not to be drawn.")
    ] = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write a ledger with known causes of loss (the truth apart) and a configuration for it."""

    def run(shown: Shown) -> object:
        from segml.flows.world import write_world as flow

        return flow(
            folder,
            clients=clients,
            months=months,
            seed=seed,
            overrides=config or {},
            progress=shown.progress,
        )

    deliver(run, json=json, verbose=verbose)


@app.command()
def check(config: Config, json: Json = False, verbose: Verbose = False) -> None:
    """Hold the ledger against its contract and list what was found."""

    def run(shown: Shown) -> object:
        from segml.flows.check import check as flow

        return flow(config, progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def train(config: Config, as_of: Day = None, json: Json = False, verbose: Verbose = False) -> None:
    """Fit tiers, churn and potential models, log them to MLflow, register the version."""

    def run(shown: Shown) -> object:
        from segml.flows.train import train as flow

        return flow(config, **spoken_of(config, as_of), progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def tune(
    config: Config,
    as_of: Day = None,
    minutes: Annotated[
        float | None, typer.Option(help="Begin no trial after so many minutes.")
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(help="Trials an outcome, earlier runs' among them [40 without --minutes]."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget the trials of earlier runs.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write what is surely better into CONFIG.")
    ] = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Search the parameters of the forests; propose what is surely better as a change of CONFIG."""

    def run(shown: Shown) -> object:
        from segml.flows.tune import tune as flow

        return flow(
            config,
            **spoken_of(config, as_of),
            trials=trials,
            minutes=minutes,
            fresh=fresh,
            accepting=accept,
            progress=shown.progress,
        )

    deliver(run, json=json, verbose=verbose)


@app.command()
def schemes(
    config: Config, as_of: Day = None, json: Json = False, verbose: Verbose = False
) -> None:
    """Put every tier scheme beside the others: which holds, which parts, who moves."""

    def run(shown: Shown) -> object:
        from segml.flows.schemes import compare_schemes as flow

        return flow(config, **spoken_of(config, as_of), progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def models(
    config: Config,
    sync: Annotated[bool, typer.Option("--sync", help="Make MLflow mirror the registry.")] = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """List the versions of a portfolio."""

    def run(shown: Shown) -> object:
        from segml.flows.versions import list_models, sync_models

        return (sync_models if sync else list_models)(config)

    deliver(run, json=json, verbose=verbose)


@app.command()
def promote(
    config: Config,
    version: Annotated[str, typer.Argument(help="A version's name.", show_default=False)],
    because: Because = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Make a version the champion, if it holds every reason of the gate."""

    def run(shown: Shown) -> object:
        from segml.flows.promote import promote as flow

        return flow(config, version, because=because, progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def rollback(
    config: Config,
    because: Because = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Give the place of champion back to the one before."""

    def run(shown: Shown) -> object:
        from segml.flows.versions import rollback as flow

        return flow(config, because=because)

    deliver(run, json=json, verbose=verbose)


@app.command()
def score(config: Config, as_of: Day = None, json: Json = False, verbose: Verbose = False) -> None:
    """Score every client with reasons and publish the run, whole or not at all."""

    def run(shown: Shown) -> object:
        from segml.flows.score import score as flow

        return flow(config, **spoken_of(config, as_of), progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def backfill(
    config: Config,
    start: From,
    end: To,
    resume: Annotated[
        bool, typer.Option("--resume", help="Leave dates that this version published already.")
    ] = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Score every month start between two days, each with the newest version of its time."""

    def run(shown: Shown) -> object:
        from segml.flows.backfill import backfill as flow

        return flow(config, start=start, end=end, resume=resume, progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def losses(
    config: Config, start: From, end: To, json: Json = False, verbose: Verbose = False
) -> None:
    """Say which key clients were lost between two days, why, and what it cost."""

    def run(shown: Shown) -> object:
        from segml.flows.losses import analyse_losses as flow

        return flow(config, start=start, end=end, progress=shown.progress)

    deliver(run, json=json, verbose=verbose)


@app.command()
def explain(
    config: Config,
    client_id: Annotated[
        str, typer.Argument(help="The client's id, or a name it alone has.", show_default=False)
    ],
    as_of: Day = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Explain one client in words."""

    def run(shown: Shown) -> object:
        from segml.flows.explain import explain as flow

        return flow(config, client_id, as_of=as_of_day(config, as_of))

    deliver(run, json=json, verbose=verbose)


@app.command()
def report(config: Config, as_of: Day = None, json: Json = False, verbose: Verbose = False) -> None:
    """Write one self-contained page from the published run of a day [the latest]."""

    def run(shown: Shown) -> object:
        from segml.flows.report import write_report as flow

        return flow(config, as_of=as_of)

    deliver(run, json=json, verbose=verbose)


judging.join(app)
forgetting.join(app)
serving.join(app)
