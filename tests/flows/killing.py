"""Commands of segml in processes of their own, each killed after a time or left to end.

One process loads what a command loads and forks each of them, so that a kill costs no imports and
falls into the command's own work, at any moment of it. Most of a run only computes; one held where
it begins to write is forked again and again, so that the stretch that writes is killed often.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Each line is an order: the arguments of `segml`, the seconds after which to kill it (none: it ends
# by itself) and where to hold it. Answers with the exit code (-9: killed) and the seconds it took.
# A run that ended by itself tells what it loaded; whoever is forked later has it. One that is held
# takes orders itself, seconds each: a fork goes on from there and is killed; without, it goes on.
# The fork has everything but DuckDB's threads, so that it leaves its copy of the ledger open.
FORKING = """
import importlib, json, os, signal, sys, threading, time
from contextlib import suppress
from segml.cli.app import app
SAID = sys.argv[1]
TOLD = os.dup(1)
forked = []

def tell(*found):
    os.write(TOLD, (json.dumps(found) + "\\n").encode())

def begun(after):
    "Fork: whether this is the process begun. The other one kills it in time, and tells."
    since = time.monotonic()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        return True
    with suppress(OSError):
        os.setpgid(child, child)
    killer = threading.Timer(after or 0, os.killpg, (child, signal.SIGKILL))
    if after is not None:
        killer.start()
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    took = time.monotonic() - since
    if after is not None:
        killer.cancel()
        killer.join()
    tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), took)
    return False

def hold(place):
    room, name = place.rsplit(".", 1)
    room = importlib.import_module(room)
    real = getattr(room, name)

    def late(*args, **kwargs):
        setattr(room, name, real)
        tell("held")
        for line in sys.stdin:
            after = json.loads(line)
            if after is None:
                break
            if begun(after):
                from segml.ledger.scratch import Scratch
                Scratch.close = lambda it: forked.append(it)  # its threads are the other one's
                break
        return real(*args, **kwargs)

    setattr(room, name, late)

def work(arguments, whole, place):
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    for descriptor in (1, 2):
        os.dup2(os.open(SAID, flags, 0o644), descriptor)
    if place is not None:
        hold(place)
    sys.argv = ["segml", *arguments]
    try:
        app()
    except SystemExit as left:
        if forked:
            os._exit(left.code)
        raise
    finally:
        if whole:
            with open(SAID + ".loaded", "w") as told:
                json.dump([*sys.modules], told)

for line in sys.stdin:
    arguments, after, place = json.loads(line)
    if begun(after):
        work(arguments, after is None and place is None, place)
        sys.exit("the command did not leave")
    if after is None and place is None:
        for name in json.load(open(SAID + ".loaded")):
            if name not in sys.modules:
                with suppress(Exception):
                    importlib.import_module(name)
"""


@dataclass
class Killer:
    """Runs commands and kills them at moments drawn over the span that is left of them."""

    process: subprocess.Popen[str]
    said: Path
    draws: random.Random = field(default_factory=lambda: random.Random(0))
    spans: dict[object, float] = field(default_factory=dict)
    """How long a command takes from its begin (or from where it is held), seconds: the last one
    that ended by itself, or longer if one was not killed before."""
    codes: list[int] = field(default_factory=list)
    """The exit codes of those to be killed: -9, or 0 where one ended before."""

    def whole(self, *arguments: object) -> None:
        """Run a command to its end; it must be green."""
        code, took = self._asked([[*map(str, arguments)], None, None])
        assert code == 0, self.said.read_text()
        self.spans[arguments[0]] = took

    def killed(self, *arguments: object) -> None:
        """Run a command and kill it, with all it started, somewhere between begin and end."""
        self._killed(arguments[0], lambda after: [[*map(str, arguments)], after, None])

    @contextmanager
    def held(self, place: str, *arguments: object) -> Iterator[Callable[[], None]]:
        """A command held where it calls a function for the first time; it ends after the block.

        What is given lets a copy of it go on from there, and kills that somewhere before its end.
        """
        assert self._asked([[*map(str, arguments)], None, place]) == ["held"], self.said.read_text()
        yield lambda: self._killed(place, lambda after: after)
        code, _ = self._asked(None)
        assert code == 0, self.said.read_text()

    def _killed(self, span: object, order: Callable[[float], object]) -> None:
        """Begin it and kill it; what ends before it can be killed is begun again."""
        while True:
            known = self.spans.get(span, 1.0)
            code, took = self._asked(order(self.draws.uniform(0.0, 1.1 * known)))
            assert code in (0, -9), self.said.read_text()
            self.codes.append(code)
            self.spans[span] = took if code == 0 else max(known, took)
            if code == -9:
                return

    def _asked(self, order: object) -> list[Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        found: list[Any] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def killing(folder: Path) -> Iterator[Killer]:
    """A killer; what its commands say is kept in the folder."""
    said = folder / "said"
    command = [sys.executable, "-c", FORKING, str(said)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Killer(process, said)
        assert process.stdin is not None
        process.stdin.close()
