"""`segml forget`: after it nothing published says who the client was; before it, why it cannot."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import segml
from segml.flows import forget as flow
from segml.flows.session import session
from segml.flows.settings import read_settings
from segml.stores import read_run, read_table
from segml.words.errors import ConfigurationRefused, LockHeld, OutputRefused

DOCUMENT = Path(__file__).parents[2] / "docs" / "errors.md"


@pytest.fixture
def config(chain: Any, tmp_path: Path) -> Path:
    """A copy of the whole chain, to be changed."""
    folder = tmp_path / "portfolio"
    shutil.copytree(chain.config.parent, folder, ignore=shutil.ignore_patterns("mlruns*"))
    return folder / chain.config.name


@pytest.fixture
def client(chain: Any) -> tuple[str, str]:
    """A lost client whom a prospect or a key client is like, and its name."""
    prospects = read_table(chain.scored.folder, "prospects")
    like = set(prospects[["like_1", "like_2", "like_3"]].to_numpy().ravel())
    lost = read_table(chain.lost.folder, "losses")["client_id"]
    names = read_table(chain.scored.folder, "clients").set_index("client_id")["name"]
    once = ~names.duplicated(keep=False)
    who = next(one for one in lost if one in like and once[one])
    return who, str(names[who])


def texts(file: Path) -> str:
    """What a file says, decoded: every cell of a table, everything else as it stands."""
    raw = file.read_bytes().decode("utf-8", "replace")
    if file.suffix != ".parquet":
        return raw
    with file.open("rb") as stream:
        table = pq.read_table(stream)
    return raw + "\n".join(str(cell) for column in table.columns for cell in column.to_pylist())


def files_with(folder: Path, *words: str) -> list[str]:
    found = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in found if any(word in texts(file) for word in words)]


def folders(config: Path) -> list[Path]:
    return sorted(each.parent for each in (config.parent / "out").rglob("run.json"))


@pytest.mark.parametrize("pseudonym", [False, True])
def test_no_file_of_the_output_names_the_client_any_more(
    config: Path, client: tuple[str, str], pseudonym: bool
) -> None:
    output = config.parent / "out"
    segml.check(config)
    before = {folder: read_run(folder) for folder in folders(config)}
    assert len(files_with(output, *client)) > 15
    done = segml.forget(config, client[0], pseudonym=pseudonym)
    assert files_with(output, *client) == []
    assert done.left == {}
    assert [path.name for path in done.pages] == ["report-2024-04-01.html"]
    assert client[1] not in json.dumps(done.summary, ensure_ascii=False)
    assert not list(output.rglob(".*"))
    for folder, run in before.items():
        after = read_run(folder)
        changed = {key for key in {*run, *after} if run.get(key) != after.get(key)}
        expected = (
            {"run_id", "forgotten"} if str(folder.relative_to(output)) in done.folders else set()
        )
        assert changed == expected


def test_other_clients_rows_stay_as_they_were(config: Path, client: tuple[str, str]) -> None:
    before = {folder: _tables(folder) for folder in folders(config)}
    segml.forget(config, client[0])
    for folder, tables in before.items():
        for name, table in _tables(folder).items():
            held = tables[name]
            if "client_id" in held:
                held = held[held["client_id"] != client[0]]
            others = [c for c in held if not c.startswith("like")]
            if name == "lookalikes":
                held = held[held["like"] != client[0]]
            pd.testing.assert_frame_equal(
                table[others].reset_index(drop=True), held[others].reset_index(drop=True)
            )


def _tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: read_table(folder, path.stem) for path in folder.glob("*.parquet")}


def test_a_pseudonym_keeps_the_figures_in_every_table_and_the_order(
    config: Path, client: tuple[str, str]
) -> None:
    scored = folders(config)[0]
    before = _tables(scored)
    name = segml.forget(config, client[0], pseudonym=True).summary["pseudonym"]
    after = _tables(scored)
    assert re.fullmatch(r"forgotten-[0-9a-f]{12}", name)
    for table in ("scores", "reasons", "features", "profit"):
        assert after[table]["client_id"].is_monotonic_increasing
        own = before[table][before[table]["client_id"] == client[0]].drop(columns="client_id")
        now = after[table][after[table]["client_id"] == name].drop(columns="client_id")
        pd.testing.assert_frame_equal(own.reset_index(drop=True), now.reset_index(drop=True))
    assert name in set(after["prospects"][["like_1", "like_2", "like_3"]].to_numpy().ravel())
    named = after["clients"].set_index("client_id")
    assert named.loc[[name], "name"].isna().all()


def test_the_record_says_who_when_and_what_and_names_nobody(
    config: Path, client: tuple[str, str]
) -> None:
    done = segml.forget(config, client[0])
    record = config.parent / "models" / "demo" / "forgotten.jsonl"
    assert record.stat().st_mode & 0o077 == 0
    assert not any(word in record.read_text("utf-8") for word in client)
    begun, ended = (json.loads(line) for line in record.read_text("utf-8").splitlines())
    assert (begun["state"], ended["state"]) == ("begun", "done")
    assert begun["request"] == ended["request"]
    assert {"who", "at", "what"} <= set(begun) & set(ended)
    told = {each["folder"]: (each["rows"], each["digest"]) for each in ended["folders"]}
    assert told == {name: (one.rows, one.digest) for name, one in done.folders.items()}
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for _, digest in told.values())


def test_killed_half_way_each_folder_is_whole_and_the_next_try_finishes(
    config: Path, client: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tried = flow.clear_folder, []

    def dies_at_the_second(*given: Any, **named: Any) -> Any:
        tried.append(given)
        if len(tried) == 2:
            raise KeyboardInterrupt
        return real(*given, **named)

    monkeypatch.setattr(flow, "clear_folder", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        segml.forget(config, client[0])
    scored, lost = folders(config)[:2]
    assert files_with(scored, client[0]) == []
    assert "losses.parquet" in files_with(lost, client[0])
    monkeypatch.undo()
    segml.forget(config, client[0])
    assert files_with(config.parent / "out", *client) == []


def _without_room_for_a_page(config: Path, client_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that ends before the pages are made anew."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(flow, "make_page", full)
    with pytest.raises(OSError, match="No space"):
        segml.forget(config, client_id)
    monkeypatch.undo()


def test_a_page_that_was_not_made_anew_is_made_by_the_next_try(
    config: Path, client: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_room_for_a_page(config, client[0], monkeypatch)
    assert files_with(config.parent / "out", *client) == ["report-2024-04-01.html"]
    assert flow.DOUBT not in segml.forget(config, client[0]).summary["notes"]
    assert files_with(config.parent / "out", *client) == []


def test_a_mistyped_id_that_finishes_an_earlier_request_is_told_to_be_nobodys(
    config: Path, client: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_room_for_a_page(config, client[0], monkeypatch)
    done = segml.forget(config, "C99999")
    assert (done.folders, [path.name for path in done.pages]) == ({}, ["report-2024-04-01.html"])
    assert flow.DOUBT in done.summary["notes"]
    assert any(flow.DOUBT in line for line in done.lines())
    assert files_with(config.parent / "out", *client) == []
    with pytest.raises(ConfigurationRefused, match="is named by nothing"):
        segml.forget(config, "C99999")


def test_a_check_writes_nothing_while_another_run_holds_the_lock(config: Path) -> None:
    before = read_run(segml.check(config).folder)
    with session(read_settings(config), "segml score"), pytest.raises(LockHeld):
        segml.check(config)
    assert read_run(config.parent / "out" / "check") == before
    assert not list((config.parent / "out").glob(".check*"))


def test_files_that_segml_cannot_change_are_left_to_the_person_with_the_reason(
    config: Path, client: tuple[str, str]
) -> None:
    output = config.parent / "out"
    (output / "notes.txt").write_text(f"call {client[1]}", "utf-8")
    (output / "report-2020-01-01.html").write_text(f"<p>{client[0]}</p>", "utf-8")
    (config.parent / "audit.jsonl").write_text(json.dumps({"client_id": client[0]}), "utf-8")
    left = {path.name: why for path, why in segml.forget(config, client[0]).left.items()}
    assert set(left) == {"notes.txt", "report-2020-01-01.html", "audit.jsonl"}
    assert "no file that segml wrote" in left["notes.txt"]
    assert "cannot be made anew" in left["report-2020-01-01.html"]
    assert "kept as evidence" in left["audit.jsonl"]


def test_of_a_short_id_the_audit_log_is_told_and_what_could_not_be_looked_through(
    config: Path, client: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segml.stores.person.SHORTEST", 100)
    audit = config.parent / "audit.jsonl"
    audit.write_text("{half a line\n" + json.dumps({"client_id": client[0]}), "utf-8")
    done = segml.forget(config, client[0])
    assert audit in done.left
    assert any("too short to be looked for" in line for line in done.told)


def test_whatever_lies_in_the_output_is_cleared_or_told(
    config: Path, client: tuple[str, str]
) -> None:
    output = config.parent / "out"
    places = ("heartbeat-demo.json", "metrics/demo-score.prom", "tuning/proposal.diff")
    places = (*places, "backtest/notes.csv", "realised/seen.json", "schemes/list.html", "a/b/c.pdf")
    for place in places:
        (output / place).parent.mkdir(parents=True, exist_ok=True)
        (output / place).write_text(f"of {client[0]}", "utf-8")
    unknown = pd.DataFrame({"said": [f"call {client[1]}"], "client_id": [client[0]]})
    unknown.to_parquet(output / "a" / "of_tomorrow.parquet")
    left = segml.forget(config, client[0]).left
    told = {path.relative_to(output).as_posix() for path in left}
    assert told >= {*places, "a/of_tomorrow.parquet"} - {"heartbeat-demo.json"}  # written anew
    assert {*files_with(output, *client)} <= {path.name for path in left}


def test_another_portfolios_run_in_the_same_folder_is_left_alone(
    config: Path, client: tuple[str, str]
) -> None:
    other = config.parent / "out" / "as_of=2020-01-01"
    shutil.copytree(folders(config)[0], other)
    run = read_run(other) | {"portfolio": "other"}
    (other / "run.json").write_text(json.dumps(run), "utf-8")
    before = {file.name: file.read_bytes() for file in other.iterdir()}
    done = segml.forget(config, client[0])
    assert {file.name: file.read_bytes() for file in other.iterdir()} == before
    assert {path.parent for path in done.left} == {other}


@pytest.mark.parametrize(
    ("client_id", "words"),
    [
        ("C99999", "is named by nothing that portfolio `demo` published"),
        (" ", "a client's id that none can have"),
        ("C0\x1b[31m", "is named by nothing that portfolio `demo` published"),
        ("x" * 501, "a client's id that none can have"),
    ],
)
def test_an_id_that_cannot_be_is_refused_in_three_parts_and_documented(
    config: Path, client_id: str, words: str
) -> None:
    with pytest.raises(ConfigurationRefused, match=re.escape(words)) as refused:
        segml.forget(config, client_id)
    assert refused.value.exit_code == 2
    assert refused.value.allowed
    assert refused.value.next_step
    assert words.replace("`demo`", "`…`") in DOCUMENT.read_text("utf-8")
    assert not (config.parent / "models" / "demo" / "forgotten.jsonl").exists()


def test_while_another_run_holds_the_lock_nothing_is_changed(
    config: Path, client: tuple[str, str]
) -> None:
    with (
        session(read_settings(config), "segml score"),
        pytest.raises(LockHeld, match="holds the lock of") as refused,
    ):
        segml.forget(config, client[0])
    assert refused.value.exit_code == 4
    assert "holds the lock of" in DOCUMENT.read_text("utf-8")
    assert len(files_with(config.parent / "out", client[0])) > 15


def test_a_broken_record_is_refused_before_anything_is_changed(
    config: Path, client: tuple[str, str]
) -> None:
    (config.parent / "models" / "demo" / "forgotten.jsonl").write_text("no json\n", "utf-8")
    with pytest.raises(OutputRefused, match="holds a line that is no record"):
        segml.forget(config, client[0])
    assert "holds a line that is no record" in DOCUMENT.read_text("utf-8")
    assert len(files_with(config.parent / "out", client[0])) > 15


def test_bundles_and_mlflow_hold_no_row_of_a_real_client(chain: Any) -> None:
    clients = read_table(chain.scored.folder, "clients")
    words = {*clients["client_id"], *clients["name"].dropna()}
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    here = chain.config.parent
    places = [here / "models", here / "mlruns", *here.glob("mlruns.db*")]
    files = [f for place in places for f in ([place] if place.is_file() else place.rglob("*"))]
    read = [file for file in files if file.is_file()]
    assert {"registry.json", "prospects.json", "input_example.json", "mlruns.db"} <= {
        file.name for file in read
    }
    held = {
        file.name: found[0]
        for file in read
        if (found := pattern.search(file.read_bytes().decode("utf-8", "replace")))
    }
    assert held == {}
