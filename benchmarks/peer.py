"""An AutoML peer in an environment of its own, made from names and versions."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

KEPT = "SEGML_BENCH_PEER"
NEEDS = ("autogluon.tabular[lightgbm]==1.6.3",)
"""With LightGBM and scikit-learn's models; its neural networks would need several gigabytes."""
SECONDS = 150


@dataclass(frozen=True, eq=False)
class Foretold:
    """The probability of each row to be lost, shape (n,), and what that took.

    Parameters
    ----------
    chance
        Of each row.
    models
        The names of the models that were ready in time.
    seconds
        Of processor time: on a machine that others load, fewer than the limit would give.
    """

    chance: np.ndarray
    models: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Peer:
    """The Python of the peer's environment, and a folder for what is exchanged."""

    python: Path
    scratch: Path

    def foretell(self, past: pd.DataFrame, now: pd.DataFrame) -> Foretold:
        """What the peer says of each row of `now`, having learnt on `past`.

        Parameters
        ----------
        past
            Features and `lost`, 0 or 1.
        now
            The same features.
        """
        files = [self.scratch / f"{name}.parquet" for name in ("past", "now", "told")]
        past.reset_index(drop=True).to_parquet(files[0])
        now.reset_index(drop=True).to_parquet(files[1])
        script = Path(__file__).with_name("automl.py")
        words = [str(self.python), "-W", "ignore", str(script), *map(str, files), str(SECONDS)]
        # no PYTHONPATH: it would bring segml's libraries into the peer's environment
        apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(words, env=apart, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(done.stderr)
        return Foretold(
            chance=pd.read_parquet(files[2])["chance"].to_numpy(np.float64),
            models=tuple(done.stdout.strip().splitlines()[-1].split(", ")),
            seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        )


@contextmanager
def peer() -> Iterator[Peer]:
    """The peer; its environment is made anew, or kept in the folder that the variable names."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(os.environ.get(KEPT) or Path(scratch) / "environment")
        python = home / "bin" / "python"
        if not python.exists():
            for words in (
                [sys.executable, "-m", "venv", str(home)],
                [str(python), "-m", "pip", "install", "--quiet", *NEEDS],
            ):
                subprocess.run(words, check=True)
        yield Peer(python=python, scratch=Path(scratch))
