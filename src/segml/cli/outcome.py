"""How a command ends: its summary on stdout, its messages on stderr, its exit code."""

from __future__ import annotations

import json as json_format
import logging
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from unicodedata import category

import typer

from segml.words.errors import Refusal

if TYPE_CHECKING:
    from rich.progress import Progress

MISPLACED = (FileExistsError, FileNotFoundError, NotADirectoryError, PermissionError)
"""What a wrong path in the configuration leads to; a full or broken disk is something else."""
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories that a terminal would obey (controls, direction marks, line breaks)."""


class Summarised(Protocol):
    """What every flow returns: figures for machines, lines for people."""

    @property
    def summary(self) -> dict[str, Any]:
        """The figures, JSON-able."""
        ...

    def lines(self) -> list[str]:
        """The same for a person at a terminal."""
        ...


@dataclass
class Shown:
    """Progress on stderr: a bar on a terminal, log lines with -v, else nothing."""

    bars: Progress | None = None
    verbose: bool = False

    def progress(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of a stage are finished."""
        if self.bars is not None:
            known = {task.description: task.id for task in self.bars.tasks}
            task = known.get(stage)
            if task is None:
                task = self.bars.add_task(stage, total=total)
            self.bars.update(task, completed=done, total=total)
        elif self.verbose:
            say(f"{stage}: {done} of {total}", err=True)


def harmless(line: str) -> str:
    r"""One line of text that a terminal only shows: a client's name may carry anything.

    Examples
    --------
    >>> harmless("a\x1b[31mred\nforged")
    'a�[31mred�forged'
    """
    return "".join("�" if category(char) in OBEYED else char for char in line)


def say(text: str, *, err: bool = False) -> None:
    """Write text to stdout or stderr, each line harmless; nothing else writes to a terminal."""
    for line in text.split("\n"):
        typer.echo(harmless(line), err=err)


def say_json(value: object) -> None:
    """Write one JSON object to stdout, in which what a terminal would obey stands as an escape."""
    told = json_format.dumps(value, ensure_ascii=False, sort_keys=True)
    typer.echo("".join(json_format.dumps(c)[1:-1] if category(c) in OBEYED else c for c in told))


class _Harmless(logging.Formatter):
    """Log lines that a terminal only shows; what follows a line break is set in, so forges none."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(map(harmless, super().format(record).split("\n")))


def deliver(run: Callable[[Shown], object], *, json: bool, verbose: bool) -> None:
    """Run a flow, print its outcome and leave with its exit code.

    Parameters
    ----------
    run
        Takes the progress display, returns the flow's result.
    json
        One JSON object on stdout instead of lines.
    verbose
        Log lines and, after a fault of ours, the traceback on stderr.

    Raises
    ------
    typer.Exit
        With the exit code of the refusal, or 1 after a fault of ours.
    """
    spoken = logging.StreamHandler(sys.stderr)
    spoken.setFormatter(_Harmless("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[spoken])
    try:
        result = _watched(run, verbose=verbose)
    except Refusal as refusal:
        _tell_failure(str(refusal), type(refusal).__name__, refusal.exit_code, json=json)
        raise typer.Exit(refusal.exit_code) from None
    except (KeyboardInterrupt, BrokenPipeError, typer.Exit):
        raise
    except OSError as error:
        said = (
            f"Found: the system refused `{error.filename or 'a file'}` "
            f"({error.strerror or type(error).__name__}). Allowed: folders that can be written "
            "and files that can be read. Next: check the paths of the configuration, the rights "
            "and the free space; nothing half-written was published."
        )
        code = 2 if isinstance(error, MISPLACED) else 1
        _tell_failure(said, type(error).__name__, code, json=json)
        raise typer.Exit(code) from None
    except Exception as fault:
        if verbose:
            say(traceback.format_exc(), err=True)
        said = (
            f"A fault of ours: {type(fault).__name__}. Nothing half-written was published. "
            "Next: run again with -v and send us the last lines."
        )
        _tell_failure(said, "Fault", 1, json=json)
        raise typer.Exit(1) from None
    _tell(result, json=json)
    raise typer.Exit(int(getattr(result, "exit_code", 0)))


def _watched(run: Callable[[Shown], object], *, verbose: bool) -> Any:
    if not sys.stderr.isatty():
        return run(Shown(verbose=verbose))
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        return run(Shown(bars=bars, verbose=verbose))


def _tell(result: Summarised, *, json: bool) -> None:
    if json:
        say_json(result.summary)
    else:
        for line in result.lines():
            typer.echo(harmless(line))


def _tell_failure(message: str, kind: str, code: int, *, json: bool) -> None:
    say(message, err=True)
    if json:
        say_json({"ok": False, "exit_code": code, "kind": kind, "message": message})
