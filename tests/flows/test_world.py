"""`segml simulate` on disk: parts, truth apart, overrides, and what a kill leaves behind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import segml
from segml.flows import world as world_flow
from segml.ledger import open_ledger
from segml.simulate import RATES, make_world
from segml.simulate import world as simulated
from segml.words.errors import ConfigurationRefused

SIZE = {"clients": 250, "months": 12, "seed": 3}
TABLES = ("transactions", "clients", "interactions", "invoices", "events")


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "BLOCK_CLIENTS", 100)


@pytest.mark.usefixtures("_small_blocks")
def test_the_same_seed_writes_the_same_bytes_in_parts(tmp_path: Path) -> None:
    first = segml.write_world(tmp_path / "a", **SIZE)
    segml.write_world(tmp_path / "b", **SIZE)
    ours = files(tmp_path / "a")
    assert ours == files(tmp_path / "b")
    parts = {name for name in ours if name.startswith("ledger/transactions/")}
    assert parts == {f"ledger/transactions/part-0000{k}.parquet" for k in range(3)}
    truth = {f"truth/{name}.parquet" for name in ("losses", "clients", "events")}
    assert {name for name in ours if "ledger/" not in name} == {"segml.yaml", *truth}
    assert first.summary["clients"] == 262
    segml.write_world(tmp_path / "c", **{**SIZE, "seed": 4})
    other = files(tmp_path / "c")
    assert all(other[name] != ours[name] for name in ours)


@pytest.mark.usefixtures("_small_blocks")
def test_the_files_hold_what_make_world_makes(tmp_path: Path) -> None:
    segml.write_world(tmp_path, **SIZE)
    world = make_world(**SIZE)
    for name in TABLES:
        written = pd.concat(
            [pq.read_table(path).to_pandas(date_as_object=False)
             for path in sorted((tmp_path / "ledger" / name).iterdir())],
            ignore_index=True,
        )  # fmt: skip
        pd.testing.assert_frame_equal(written, getattr(world, name), check_dtype=False)
    losses = pq.read_table(tmp_path / "truth" / "losses.parquet").to_pandas(date_as_object=False)
    pd.testing.assert_frame_equal(losses, world.truth, check_dtype=False)


def test_the_written_configuration_reads_all_five_tables_without_a_fault(tmp_path: Path) -> None:
    world = segml.write_world(tmp_path, **SIZE)
    settings = segml.read_settings(world.config)
    assert segml.check(world.config).exit_code == 0
    with open_ledger(settings.plan.ledger, settings.plan.economics) as ledger:
        past = ledger.past(world.end)
        for name in ("lines", "clients", "interactions", "invoices", "events"):
            assert past.frame(f"SELECT count(*) AS n FROM {{{name}}}")["n"].iloc[0] > 0


def test_the_configuration_says_the_rates_that_the_truth_counts_by(tmp_path: Path) -> None:
    settings = segml.read_settings(segml.write_world(tmp_path, **SIZE).config)
    told = settings.plan.economics
    for name in (
        "minute", "order", "return_", "commission_rate", "overdue_yearly_rate", "write_off_days",
        "acquisition_months", "referral_weight",
    ):  # fmt: skip
        assert getattr(told, name) == getattr(RATES, name)
    kinds = {kind: (rate.minute, rate.contact) for kind, rate in told.kinds.items()}
    assert kinds == dict(RATES.kinds)


def test_the_truth_lies_where_no_path_of_the_ledger_reaches(tmp_path: Path) -> None:
    world = segml.write_world(tmp_path, **SIZE)
    plan = segml.read_settings(world.config).plan.ledger
    for name in TABLES:
        source = getattr(plan, name)
        assert source is not None
        folder = Path(str(source.path)).parent
        assert folder.is_relative_to(tmp_path / "ledger")
    names = {path.name for path in (tmp_path / "ledger").rglob("*.parquet")}
    assert all(name.startswith("part-") for name in names)
    columns = {
        column
        for path in (tmp_path / "ledger").rglob("*.parquet")
        for column in pq.read_schema(path).names
    }
    assert not columns & {"cause", "onset", "observer", "is_decoy", "hazard_added", "roles"}


def test_a_file_overrides_numbers_and_is_refused_by_its_key(tmp_path: Path) -> None:
    wanted = tmp_path / "numbers.yaml"
    wanted.write_text("yearly_loss: 0.5\ncause_mix: {price: 1}\n", "utf-8")
    segml.write_world(tmp_path / "a", **SIZE, overrides=wanted)
    losses = pd.read_parquet(tmp_path / "a" / "truth" / "losses.parquet")
    assert set(losses["cause"]) == {"price"}
    wanted.write_text("yearly_los: 0.5\n", "utf-8")
    with pytest.raises(ConfigurationRefused, match="did you mean `yearly_loss`"):
        segml.write_world(tmp_path / "b", **SIZE, overrides=wanted)
    assert not (tmp_path / "b").exists()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "segml.yaml").write_text("portfolio: mine\n", "utf-8")
    (tmp_path / "tables" / "ledger").mkdir(parents=True)
    for name in ("mine", "tables"):
        with pytest.raises(ConfigurationRefused, match="was not written by"):
            segml.write_world(tmp_path / name, **SIZE)


def test_an_interrupted_simulation_leaves_the_old_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segml.write_world(tmp_path, **SIZE)
    before = files(tmp_path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(world_flow, "events_truth", stop)
    with pytest.raises(KeyboardInterrupt):
        segml.write_world(tmp_path, **{**SIZE, "seed": 9})
    assert files(tmp_path) == before


def test_a_world_half_replaced_says_so_and_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segml.write_world(tmp_path, **SIZE)
    real = world_flow.put_in_place

    def dies(aside: Path, target: Path) -> None:
        if target.name == "truth":
            raise KeyboardInterrupt
        real(aside, target)

    monkeypatch.setattr(world_flow, "put_in_place", dies)
    with pytest.raises(KeyboardInterrupt):
        segml.write_world(tmp_path, **{**SIZE, "seed": 9})
    with pytest.raises(ConfigurationRefused):
        segml.check(tmp_path / "segml.yaml")
    assert "run `segml simulate` again" in (tmp_path / "segml.yaml").read_text("utf-8")
    monkeypatch.setattr(world_flow, "put_in_place", real)
    segml.write_world(tmp_path, **{**SIZE, "seed": 9})
    again = segml.write_world(tmp_path / "fresh", **{**SIZE, "seed": 9})
    assert files(tmp_path / "fresh") == {
        name: content for name, content in files(tmp_path).items() if "fresh" not in name
    }
    assert segml.check(again.config).exit_code == 0


def test_events_are_described_unless_each_reader_is_to_name_them(tmp_path: Path) -> None:
    tables = []
    for described in (True, False):
        folder = tmp_path / str(described)
        segml.write_world(folder, **SIZE, described=described)
        tables.append(pd.read_parquet(folder / "ledger" / "events"))
    told, untold = tables
    assert told["description"].notna().all()
    assert untold["description"].isna().all()
    left = [name for name in told.columns if name != "description"]
    pd.testing.assert_frame_equal(told[left], untold[left])
