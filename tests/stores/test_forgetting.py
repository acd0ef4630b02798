"""What a cell is without a client: short ids, shared names, words, older tables, order."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segml.stores import (
    Person,
    clear_folder,
    is_named,
    own_folders,
    publish,
    read_run,
    read_table,
    traces_of,
)

RUN = {"portfolio": "shop", "run_id": "before", "notes": ["client c-77 (Acme Ltd) was late"]}
ROLES = {
    "as_of": [pd.Timestamp("2024-01-01").date()] * 3,
    "client_id": ["7", "c-77", "z"],
    "role": ["special"] * 3,
    "rank": [1, 1, 1],
    "source": ["declared"] * 3,
    "strength": [1.0] * 3,
    "measure": ["note"] * 3,
    "value": [7.0] * 3,
    "reference": [1.0] * 3,
    "note": ["7 visits", "founder of Acme Ltd", "buys from Acme Ltd, not Acme Ltda, see c-77"],
}


def findings(first: str) -> pd.DataFrame:
    row = {"severity": "warning", "code": "x", "table": "clients", "column": "name"}
    return pd.DataFrame([row | {"count": 1, "total": 2, "first": first, "message": "1 of 2"}])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    quarantine = pd.DataFrame(
        {
            "table": ["clients"] * 4,
            "code": ["bad_wallet"] * 4,
            "row": [1, 2, 3, 4],
            "file": ["sales.csv"] * 4,
            "file_row": [1, 2, None, 4],
            "Customer": ["c-77", " c-77 ", "z", "y"],
            "text": [None, None, "a broken line of Acme Ltd", None],
        }
    )
    tables = {
        "roles": pd.DataFrame(ROLES),
        "findings": findings("`Acme Ltd`, `Other Ltd`"),
        "quarantine": quarantine,
    }
    return publish(tmp_path / "as_of=2024-01-01", tables, RUN)


def acme(pseudonym: str | None = None) -> Person:
    return Person("c-77", frozenset({"Acme Ltd"}), pseudonym)


def test_words_lose_the_name_where_it_stands_alone_and_quarantined_rows_go(folder: Path) -> None:
    cleared = clear_folder(folder, acme(), run_id="after")
    assert cleared is not None
    notes = read_table(folder, "roles").set_index("client_id")["note"]
    assert notes.to_dict() == {"7": "7 visits", "z": "buys from …, not Acme Ltda, see …"}
    assert read_table(folder, "findings")["first"].tolist() == ["`…`, `Other Ltd`"]
    assert read_table(folder, "quarantine")["row"].tolist() == [4]
    run = read_run(folder)
    assert run == {**RUN, "run_id": "after", "forgotten": 1, "notes": ["client … (…) was late"]}
    assert clear_folder(folder, acme(), run_id="again") is None
    assert not is_named(folder, acme())
    assert traces_of(acme(), [folder]) == ()


def test_a_pseudonym_loses_the_clients_own_words_and_stands_in_others(folder: Path) -> None:
    clear_folder(folder, acme("forgotten-1"), run_id="after")
    roles = read_table(folder, "roles")
    assert roles["client_id"].tolist() == ["7", "forgotten-1", "z"]
    assert roles["note"].isna().tolist() == [False, True, False]
    assert "forgotten-1, not Acme Ltda, see forgotten-1" in roles["note"].iloc[2]


@pytest.mark.parametrize("pseudonym", ["0", "a", "zz"])
def test_rows_stand_in_the_order_of_the_key_wherever_the_pseudonym_falls(
    folder: Path, pseudonym: str
) -> None:
    clear_folder(folder, acme(pseudonym), run_id="after")
    assert read_table(folder, "roles")["client_id"].is_monotonic_increasing


def test_a_short_id_is_known_as_a_whole_cell_alone(folder: Path) -> None:
    clear_folder(folder, Person("7"), run_id="after")
    roles = read_table(folder, "roles")
    assert roles["client_id"].tolist() == ["c-77", "z"]
    assert len(read_table(folder, "quarantine")) == 4


def test_an_id_like_a_year_leaves_dates_and_figures_alone(folder: Path) -> None:
    run = {**RUN, "as_of": "2024-01-01", "model_version": "2024-01-01-ab", "notes": ["since 2024"]}
    (folder / "run.json").write_text(json.dumps(run), "utf-8")
    assert not is_named(folder, Person("2024"))
    person = Person("20240101")
    (folder / "run.json").write_text(json.dumps(run | {"notes": ["of 20240101"]}), "utf-8")
    assert clear_folder(folder, person, run_id="after") is not None
    assert read_run(folder) == {**run, "run_id": "after", "forgotten": 1, "notes": ["of …"]}


def test_hidden_folders_are_no_runs_wherever_the_output_lies(folder: Path) -> None:
    hidden = folder.parent / ".out"
    for name in ("as_of=2024-01-01", ".as_of=2024-01-01.tmp-1-00000000"):
        publish(hidden / name, {"roles": pd.DataFrame(ROLES)}, RUN)
    assert own_folders(hidden, portfolio="shop") == (hidden / "as_of=2024-01-01",)
    assert own_folders(folder.parent, portfolio="shop") == (folder,)
    assert own_folders(folder.parent, portfolio="other") == ()


def test_a_file_that_names_nobody_keeps_its_bytes_and_a_changed_one_is_as_if_published_so(
    folder: Path, tmp_path: Path
) -> None:
    before = (folder / "findings.parquet").read_bytes()
    clear_folder(folder, Person("z"), run_id="after")
    assert (folder / "findings.parquet").read_bytes() == before
    kept = pd.DataFrame(ROLES).query("client_id != 'z'")
    again = publish(tmp_path / "as_of=2024-02-01", {"roles": kept}, RUN)
    assert (folder / "roles.parquet").read_bytes() == (again / "roles.parquet").read_bytes()


def test_a_table_that_we_do_not_know_is_read_with_suspicion(folder: Path) -> None:
    frame = pd.DataFrame({"client_id": ["c-77", "z"], "said": ["x", "asked for Acme Ltd"]})
    frame.to_parquet(folder / "of_tomorrow.parquet", index=False)
    clear_folder(folder, acme(), run_id="after")
    table = pq.read_table(folder / "of_tomorrow.parquet").to_pylist()
    assert table == [{"client_id": "z", "said": "asked for …"}]


def test_a_failure_leaves_the_folder_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("segml.stores.publishing.put_in_place", full)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(OSError, match="No space"):
        clear_folder(folder, acme(), run_id="after")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_traces_are_found_in_any_file_also_as_html_spells_them(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<td>Bell &amp; Sons</td>", "utf-8")
    (tmp_path / "lines.json").write_text(json.dumps({"who": "c-771"}), "utf-8")
    (tmp_path / "broken.parquet").write_text("Bell & Sons", "utf-8")
    person = Person("c-77", frozenset({"Bell & Sons"}))
    found = traces_of(person, [tmp_path, tmp_path / "absent"])
    assert [path.name for path in found] == ["broken.parquet", "page.html"]


TEXTS: dict[str, tuple[pa.DataType, object]] = {
    "text": (pa.string(), "Bell & Sons"),
    "long text": (pa.large_string(), "Bell & Sons"),
    "a view": (pa.string_view(), "Bell & Sons"),
    "codes of texts": (pa.dictionary(pa.int32(), pa.string()), "Bell & Sons"),
    "bytes": (pa.binary(), b"of Bell & Sons, \xff"),
    "a view of bytes": (pa.binary_view(), b"Bell & Sons"),
    "a list": (pa.list_(pa.string()), ["x", "Bell & Sons"]),
    "a long list": (pa.large_list(pa.string()), ["Bell & Sons"]),
    "a part": (
        pa.struct({"who": pa.struct({"name": pa.string()})}),
        {"who": {"name": "Bell & Sons"}},
    ),
    "a map": (pa.map_(pa.string(), pa.list_(pa.string())), [("who", ["Bell & Sons"])]),
    "a key": (pa.map_(pa.string(), pa.int64()), [("Bell & Sons", 1)]),
}


@pytest.mark.parametrize("kept", TEXTS)
def test_traces_are_found_in_a_column_of_any_kind(tmp_path: Path, kept: str) -> None:
    kind, value = TEXTS[kept]
    person = Person("c-77", frozenset({"Bell & Sons"}))
    for name, cell in {"with": value, "without": None}.items():
        table = pa.table({"n": [1, 2], "x": pa.array([None, cell], kind)})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    assert [path.name for path in traces_of(person, [tmp_path])] == ["with.parquet"]
