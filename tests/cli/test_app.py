"""The command line: exit codes, one JSON summary, help without heavy imports."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from typer.testing import CliRunner

import segml
from segml.cli.app import app
from segml.words.errors import ContractBroken

HEAVY = ("pandas", "numpy", "lightgbm", "mlflow", "shap", "sklearn", "duckdb", "matplotlib")


def _run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def _loaded_after(code: str) -> set[str]:
    probe = f"import sys\n{code}\nprint(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_segml_and_its_command_line_loads_nothing_heavy() -> None:
    assert _loaded_after("import segml, segml.cli.app") == set()
    assert "pandas" in _loaded_after("import segml; segml.check")


def test_serving_loads_no_model_and_no_metric() -> None:
    assert _loaded_after("import segml.flows.site, segml.service") == {"pandas", "numpy", "duckdb"}


def test_help_names_every_command() -> None:
    shown = _run("--help").output
    for command in app.registered_commands:
        assert (command.name or command.callback.__name__) in shown  # type: ignore[union-attr]  # set by the decorator
        assert _run(command.name or command.callback.__name__, "--help").exit_code == 0  # type: ignore[union-attr]  # as above


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("score", "absent.yaml"), 2),
        (("score", "CONFIG", "--as-of", "yesterday"), 2),
        (("score",), 2),
        (("frobnicate",), 2),
        (("losses", "CONFIG", "--from", "2024-04-01", "--to", "2023-04-01"), 2),
        (("score", "CONFIG"), 3),
        (("backfill", "CONFIG", "--from", "2023-01-01", "--to", "2023-02-01"), 5),
    ],
)
def test_each_refusal_has_its_exit_code(chain: Any, words: tuple[str, ...], code: int) -> None:
    done = _run(*(str(chain.config) if word == "CONFIG" else word for word in words))
    assert done.exit_code == code
    assert "Traceback" not in done.output


def test_a_held_lock_exits_with_four(chain: Any) -> None:
    from segml.flows.session import session
    from segml.flows.settings import read_settings

    with session(read_settings(chain.config), "a test"):
        assert _run("score", str(chain.config), "--as-of", "2024-04-01").exit_code == 4


def test_json_is_one_object_on_stdout(chain: Any) -> None:
    done = _run("score", str(chain.config), "--as-of", "2024-04-01", "--json")
    summary = json.loads(done.stdout)
    assert done.exit_code == 0
    assert summary["ok"] is True
    assert summary["as_of"] == "2024-04-01"
    refused = _run("score", "absent.yaml", "--json")
    assert json.loads(refused.stdout)["exit_code"] == 2


def test_control_characters_of_a_name_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import typer

    from segml.cli.outcome import deliver
    from segml.flows.result import Result

    with pytest.raises(typer.Exit):
        deliver(lambda _: Result(summary={}, told=("a\x1b[31mred\x07",)), json=False, verbose=False)
    assert "\x1b" not in capsys.readouterr().out


HOSTILE = "a\x1b[31mred\x9b2J\u202egnp\n2026-01-01 ERROR forged \U000e0041"


def test_json_says_the_same_and_a_terminal_obeys_none_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import typer

    from segml.cli.outcome import OBEYED, deliver
    from segml.flows.result import Result

    with pytest.raises(typer.Exit):
        deliver(lambda _: Result(summary={"a": HOSTILE}, told=()), json=True, verbose=False)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"a": HOSTILE}
    assert not {category(char) for char in line} & OBEYED


def test_a_log_line_is_one_line_and_so_is_what_a_traceback_quotes() -> None:
    script = (
        "import logging; from segml.cli.outcome import deliver\n"
        "def run(_):\n"
        f"    logging.getLogger('x').warning('said %s', {HOSTILE!r})\n"
        f"    raise RuntimeError({HOSTILE!r})\n"
        "deliver(run, json=False, verbose=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert "said a\ufffd[31mred" in done.stderr
    assert "RuntimeError: a\ufffd[31mred" in done.stderr
    assert not any("\x1b" in line or "\x9b" in line or "\u202e" in line for line in done.stderr)
    assert "\n    2026-01-01 ERROR forged" in done.stderr  # set in below the line that said it


def test_a_fault_of_ours_exits_with_one_and_shows_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import typer

    from segml.cli.outcome import deliver

    def broken(_: object) -> object:
        raise RuntimeError("secret row")

    with pytest.raises(typer.Exit) as ended:
        deliver(broken, json=False, verbose=False)
    said = capsys.readouterr().err
    assert ended.value.exit_code == 1
    assert "secret row" not in said
    assert "A fault of ours" in said


def test_a_missing_date_means_today_in_the_portfolios_zone(tmp_path: Path) -> None:
    from segml.cli.options import as_of_day, spoken_of

    config = tmp_path / "far.yaml"
    days = []
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):  # 25 hours apart: never the same day
        config.write_text(
            f"portfolio: far\nledger: {{timezone: {zone}, transactions: {{path: a.csv}}}}\n"
        )
        days.append(as_of_day(config, None))
    assert days[0] > days[1]
    assert as_of_day(config, "2024-02-29") == date(2024, 2, 29)
    assert spoken_of(config, "2024-02-29") == {"as_of": date(2024, 2, 29)}
    assert spoken_of(config, None) == {"as_of": days[1], "today": days[1]}


def test_only_where_the_clock_says_the_day_are_later_rows_held_to_be_mistyped(chain: Any) -> None:
    with pytest.raises(ContractBroken, match="dates in the future"):
        segml.score(chain.config, as_of="2023-11-01", today=date(2023, 11, 1))
