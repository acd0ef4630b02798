"""What several rooms' tests share: a made world, trained, scored and analysed once; a server."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from tests import canary
from tests import spark as small_spark
from tests.server import Server, binaries, running

import segml
from segml.flows.losses import LossRun
from segml.flows.score import ScoreRun
from segml.flows.train import Trained

TESTS = Path(__file__).parent
collect_ignore = ["flows/at_instants.py"]  # a script that a test starts
WORLD = {"clients": 260, "months": 27, "seed": 4}
TRAINED, SCORED = date(2023, 10, 1), date(2024, 4, 1)
CHALLENGED = date(2024, 2, 1)
MONTHS = {"start": "2023-12-15", "end": "2024-03-01"}
SHARED = (
    "chain",
    "kernel",
    "tuned",
    "server",
    "spark",
)  # worlds that take long to make and have slow tests among their users
LONG = ("losses", "tiers", "features", "stores")
"""The rooms that take longest, in order: whichever begins last ends alone."""


@dataclass(frozen=True)
class Chain:
    """The whole chain on one small world with a canary in its texts; `log` is what was logged."""

    config: Path
    trained: Trained
    scored: ScoreRun
    lost: LossRun
    page: Path
    log: str


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("world")
    world = segml.write_world(folder, **WORLD)
    canary.plant(folder / "ledger")
    text = world.config.read_text("utf-8")
    world.config.write_text(text.replace("cutoffs: 12", "cutoffs: 4"), "utf-8")
    with canary.overheard() as log:
        trained = segml.train(world.config, as_of=TRAINED)
        scored = segml.score(world.config, as_of=SCORED)
        lost = segml.analyse_losses(world.config, start=TRAINED, end=SCORED)
        page = segml.write_report(world.config).path
    said = log.getvalue()
    return Chain(
        config=world.config, trained=trained, scored=scored, lost=lost, page=page, log=said
    )


@dataclass(frozen=True)
class Challenged:
    """A copy of the chain's world with a challenger of four months later, and nothing published.

    Whoever changes it copies it.
    """

    config: Path
    trained: Trained


@pytest.fixture(scope="session")
def challenged(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Challenged:
    folder = tmp_path_factory.mktemp("challenged")
    ignored = shutil.ignore_patterns("truth", "out", "mlruns", "mlruns.db")
    shutil.copytree(chain.config.parent, folder, ignore=ignored, dirs_exist_ok=True)
    config = folder / chain.config.name
    return Challenged(config=config, trained=segml.train(config, as_of=CHALLENGED))


@dataclass(frozen=True)
class Filled:
    """A copy of the chain's world with nothing published but the scores of its months."""

    config: Path

    @property
    def folders(self) -> tuple[Path, ...]:
        """One a month, the earliest first."""
        return tuple(sorted((self.config.parent / "out").glob("as_of=*")))


@pytest.fixture(scope="session")
def filled_months(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    folder = tmp_path_factory.mktemp("months")
    ignored = shutil.ignore_patterns("truth", "out")
    shutil.copytree(chain.config.parent, folder, ignore=ignored, dirs_exist_ok=True)
    found = Filled(folder / chain.config.name)
    done = segml.backfill(found.config, **MONTHS).folders
    assert done == found.folders
    assert [one.name for one in done] == [
        "as_of=2024-01-01",
        "as_of=2024-02-01",
        "as_of=2024-03-01",
    ]
    return found


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A small session of Spark's, the one that `on_spark` finds at work."""
    with small_spark.session() as started:
        yield started


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running PostgreSQL of this session's own."""
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    if binaries() is None:
        pytest.skip("no PostgreSQL: neither a wheel that carries one, nor the system's `initdb`")
    with running() as found:
        yield found


_NUMBERS = count(1)


@pytest.fixture
def database(server: Server) -> str:
    """The URL of a new database."""
    name = f"test_{next(_NUMBERS)}"
    server.run(f"CREATE DATABASE {name}")
    return server.url(name)


@pytest.fixture
def ask(server: Server, database: str) -> Callable[[str], list[list[str]]]:
    """What psql reads in the new database: rows of texts."""
    name = database.rpartition("/")[2]
    return lambda sql: [row.split("|") for row in server.run(sql, name).splitlines()]


@pytest.fixture
def canaries(tmp_path: Path) -> Path:
    """Where a payload that fires makes its folder."""
    folder = tmp_path / "canaries"
    folder.mkdir()
    return folder


def pytest_configure() -> None:
    """What tests track need not outlast a power failure: SQLite waits for no disk."""
    event.listen(Engine, "connect", _at_once)


def _at_once(connection: Any, record: Any) -> None:
    """Without waiting for the disk; a tracking database that is new without MLflow's migrations."""
    del record
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.execute("PRAGMA synchronous = OFF")
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    if path.name == "mlruns.db" and path.stat().st_size == 0:
        _migrated().backup(connection)


@cache
def _migrated() -> sqlite3.Connection:
    """A database as MLflow makes it, without an experiment: migrations take over a second."""
    from mlflow.store.db import utils

    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with tempfile.TemporaryDirectory() as folder:
        made = create_engine(f"sqlite:///{folder}/made.db")
        # what a store of MLflow's calls; a store would wait for the one that is being opened
        utils._initialize_tables(made)
        made.dispose()
        with closing(sqlite3.connect(f"{folder}/made.db")) as database:
            database.backup(kept)
    return kept


FROZEN = pytest.StashKey[int]()
"""How many objects were left to themselves: a test of a tool that thaws them may come later."""


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Leave what is collected and imported to itself: it stays, whoever looks for garbage in it.

    Walking through it again and again takes a third of the collection's time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        session.config.stash[FROZEN] = gc.get_freeze_count()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    """In a worker of pytest-xdist, share the tests out so that each world is made in one process.

    Users of a world that several files or slow tests need go together, so does each room; a slow
    test of its own world goes where there is time. What takes longest begins, so that no process
    is left alone with it at the end (`--no-loadscope-reorder` keeps that order).
    """
    if not hasattr(config, "workerinput"):
        return (yield)
    grouped = [(item, group) for item in items if (group := group_of(item)) is not None]
    for item, group in grouped:
        item.add_marker(pytest.mark.xdist_group(group))
    yield
    for item, group in grouped:
        _name_group(item, group)
    items.sort(key=_place)


def group_of(item: pytest.Item) -> str | None:
    """The group a test goes with, or None where it goes alone."""
    shared = [name for name in SHARED if name in getattr(item, "fixturenames", ())]
    if shared or item.get_closest_marker("slow") is not None:
        return shared[0] if shared else None
    return _room(item.path)


def _name_group(item: pytest.Item, group: str) -> None:
    """Say the group at the end of the test's id, where `--dist loadgroup` looks for it.

    pytest-xdist 3.8 writes it into a field that pytest 9.2 no longer reads, and has no groups then,
    without a word (pytest-dev/pytest-xdist#1386).
    """
    if not item.nodeid.endswith(f"@{group}"):
        item._id = type(item.id).parse(f"{item.nodeid}@{group}")


def _place(item: pytest.Item) -> tuple[int, int]:
    """When a test begins: users of the shared worlds, slow ones, long rooms, the other rooms."""
    group = group_of(item)
    if group in SHARED:
        return 0, SHARED.index(group)
    if group is None:
        return 1, 0
    return 2, LONG.index(group) if group in LONG else len(LONG)


def _room(path: Path) -> str:
    """The room whose tests a file holds; the package's own doctests have one together."""
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else "doctests"
