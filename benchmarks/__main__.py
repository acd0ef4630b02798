"""Runs the benchmarks named on the command line, or all of them.

python -m benchmarks                      all
python -m benchmarks start                how long `segml --help` and the heavy imports take
python -m benchmarks demo                 `segml demo` in an empty folder: time, memory, stages
python -m benchmarks causes               how often the true cause of a loss is named
python -m benchmarks losses               how well losses are found, dated, priced and explained
python -m benchmarks next_lost            who is lost next: against silence, and the latent state
python -m benchmarks forecasts            Online Retail beside rules and an AutoML peer
python -m benchmarks foretold             a large made world, against its latent state; 60 s
python -m benchmarks cdnow                the CDNOW cohort, 39 weeks ahead of 39
python -m benchmarks ageing               a model that is not retrained for a period
python -m benchmarks roles                how well roles are found, and whether the rising rise
python -m benchmarks impact               what is told of company events, where it is known
python -m benchmarks prospects            how well a prospect's first year is foretold
python -m benchmarks schemes              how the four tier schemes hold, and a million clients
python -m benchmarks drift                whether a fault of a source is seen, a quiet month is not
python -m benchmarks explanations         TreeSHAP and two-row Shapley values
python -m benchmarks ledger               reading and checking a ledger: time, memory
python -m benchmarks nightly              `segml score` of a whole portfolio
python -m benchmarks published            the same, published to PostgreSQL too
python -m benchmarks pages                the pages of a million clients: each, and twenty readers
python -m benchmarks features             forty features against pandas: time, memory
python -m benchmarks spark                forty features by Spark against a query by hand; skew
python -m benchmarks spark_curve          cost of both engines against lines
python -m benchmarks publish              publishing to PostgreSQL against psql's COPY
python -m benchmarks … --json FILE        the same as JSON, with the environment
python -m benchmarks … --page FILE        the same as a page (`benchmarks.page` makes it of several)
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.ageing import ageing
from benchmarks.causes import causes
from benchmarks.cdnow import cdnow
from benchmarks.demo import demo
from benchmarks.drift import drift
from benchmarks.environment import environment
from benchmarks.explanations import explanations
from benchmarks.features import features
from benchmarks.forecasts import DAYS, forecasts
from benchmarks.foretold import foretold
from benchmarks.impact import impact
from benchmarks.ledger import ledger
from benchmarks.losses import WORLDS, losses
from benchmarks.next_lost import next_lost
from benchmarks.nightly import nightly
from benchmarks.page import page
from benchmarks.pages import pages
from benchmarks.prospects import prospects
from benchmarks.publish import publishing
from benchmarks.published import published
from benchmarks.result import Result
from benchmarks.roles import roles
from benchmarks.schemes import CLIENTS, SEED, schemes
from benchmarks.spark import LINES, RUNS, spark
from benchmarks.spark_curve import spark_curve
from benchmarks.start import start
from benchmarks.worlds import GIVEN

NUMBERS = (WORLDS, SEED, CLIENTS, DAYS, LINES, RUNS)
"""The variables that a benchmark takes beside a ledger, each a number."""
ALL: dict[str, Callable[[], Iterable[Result]]] = {
    "start": start,
    "demo": demo,
    "causes": causes,
    "losses": losses,
    "next_lost": next_lost,
    "forecasts": forecasts,
    "foretold": foretold,
    "cdnow": cdnow,
    "ageing": ageing,
    "roles": roles,
    "impact": impact,
    "prospects": prospects,
    "schemes": schemes,
    "drift": drift,
    "explanations": explanations,
    "ledger": ledger,
    "features": features,
    "nightly": nightly,
    "published": published,
    "pages": pages,
    "publish": publishing,
    "spark": spark,
    "spark_curve": spark_curve,
}


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks")
    asked.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(ALL)}")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--page", type=Path)
    given = asked.parse_args()
    names = given.names or list(ALL)
    if unknown := [name for name in names if name not in ALL]:
        asked.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}")
    machine = environment()
    print(machine)
    record = {
        "environment": machine.splitlines(),
        "given": _given(),
        "benchmarks": {name: [_plain(result) for result in _run(name)] for name in names},
    }
    if given.json:
        given.json.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if given.page:
        given.page.write_text(page([record]), "utf-8")


def _given() -> str:
    """What the environment asked for, as it stands before the command; no path is told."""
    ledger = f"{GIVEN}=<configuration> " if os.environ.get(GIVEN) else ""
    numbers = [f"{name}={os.environ[name]} " for name in NUMBERS if name in os.environ]
    return ledger + "".join(numbers)


def _plain(result: Result) -> dict[str, object]:
    return vars(result) | {"text": result.text, "bound": result.bound}


def _run(name: str) -> list[Result]:
    print(f"\n{name}")
    results = []
    for result in ALL[name]():
        print(f"  {result.label:<62} {result.text:>16}  {result.bound}", flush=True)
        results.append(result)
    return results


if __name__ == "__main__":
    main()
