"""The configuration file: what is read, and how each fault is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from segml.flows.settings import read_settings
from segml.words.errors import ConfigurationRefused
from segml.words.forest import ForestPlan

SMALLEST = "portfolio: shop\nledger: {transactions: {path: lines.csv}}\n"


def _write(folder: Path, text: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_portfolio_and_a_path_are_enough(tmp_path: Path) -> None:
    settings = read_settings(_write(tmp_path, SMALLEST))
    assert settings.plan.portfolio == "shop"
    assert settings.plan.ledger.transactions.path == str(tmp_path / "lines.csv")
    assert settings.models == tmp_path / "models"
    assert settings.plan.churn.horizon_days == 180


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = SMALLEST + "output: ../elsewhere\n"
    settings = read_settings(_write(tmp_path, text))
    assert settings.output == tmp_path.parent / "elsewhere"


def test_an_sqlite_store_is_resolved_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    settings = read_settings(_write(tmp_path, SMALLEST))
    assert settings.tracking_uri == f"sqlite:///{tmp_path}/mlruns.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1/")
    assert read_settings(_write(tmp_path, SMALLEST)).tracking_uri == "http://127.0.0.1:1/"


def test_a_path_may_name_a_variable_with_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "portfolio: shop\nledger: {transactions: {path: '${SEGML_X:-here}/a.csv'}}\n"
    monkeypatch.delenv("SEGML_X", raising=False)
    path = _write(tmp_path, text)
    assert read_settings(path).plan.ledger.transactions.path == str(tmp_path / "here" / "a.csv")
    monkeypatch.setenv("SEGML_X", "/elsewhere")
    assert read_settings(path).plan.ledger.transactions.path == "/elsewhere/a.csv"


def test_the_files_of_a_query_are_beside_the_file_and_may_name_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGML_X", "/elsewhere")
    text = (
        "portfolio: shop\nledger:\n  transactions:\n    query: select * from a join b using (x)\n"
        "    files: {a: '${SEGML_X}/a.csv', b: '${SEGML_Y:-here}/*.parquet'}\n"
    )
    monkeypatch.delenv("SEGML_Y", raising=False)
    files = read_settings(_write(tmp_path, text)).plan.ledger.transactions.files
    assert files == {"a": "/elsewhere/a.csv", "b": str(tmp_path / "here" / "*.parquet")}


def test_a_connection_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "portfolio: shop\nledger: {transactions: {query: select 1, connection: 'env:SEGML_DB'}}\n"
    )
    monkeypatch.delenv("SEGML_DB", raising=False)
    with pytest.raises(ConfigurationRefused, match="SEGML_DB"):
        read_settings(_write(tmp_path, text))
    monkeypatch.setenv("SEGML_DB", "duckdb:///a.db")
    assert read_settings(_write(tmp_path, text)).plan.ledger.transactions.connection == (
        "duckdb:///a.db"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALLEST + "teirs: {number: 3}\n", r"unknown key `teirs`, did you mean `tiers`"),
        (
            "portfolio: shop\nledger: {transactions: {path: a.csv}, timezne: UTC}\n",
            r"`ledger.timezne`, did you mean `timezone`",
        ),
        (SMALLEST + "portfolio: again\n", "stands twice"),
        ("portfolio: shop\n", "`ledger` is missing"),
        ("- a list\n", "holds list"),
        ("portfolio: [\n", "is no YAML"),
        (SMALLEST + "churn: {cutoffs: 2}\n", "churn.cutoffs"),
        (
            SMALLEST + "tiers: {key: [1, 7]}\n",
            r"`tiers.key` is \[1, 7\] in `.*`. Allowed: .* to 4, .* Next: mend `tiers.key`",
        ),
        (
            SMALLEST + "tiers: {number: auto, key: [3]}\n",
            r"is \[3\] .* only the ranks 1 and 2 can",
        ),
        (SMALLEST + "losses: {shrunk_below: 1.5}\n", "shrunk_below"),
        (SMALLEST + "economics: {currency: Euro}\n", "currency"),
        (SMALLEST + f"seed: {'9' * 5000}\n", "a number too long"),
        ("a: " + "[" * 5000, "nests too deeply"),
        (
            "portfolio: shop\nledger: {timezone: Foo/Bar, transactions: {path: a.csv}}\n",
            "no IANA time zone",
        ),
        ("portfolio: ../../up\nledger: {transactions: {path: a.csv}}\n", "portfolio"),
        (
            "portfolio: a\nledger: {transactions: {path: a.csv, query: select 1}}\n",
            "exactly one of `path`, `table` and `query`",
        ),
        (
            "portfolio: a\nledger: {transactions: {query: select 1}}\n",
            "`query` runs on `connection` .* or over `files` .* give exactly one",
        ),
        (
            "portfolio: a\nledger: {transactions: {query: x, connection: y, files: {t: a.csv}}}\n",
            "give exactly one",
        ),
        (
            "portfolio: a\nledger: {transactions: {path: a.csv, files: {t: a.csv}}}\n",
            "`files` goes with `query`, not with `path`",
        ),
        (
            "portfolio: a\nledger: {transactions: {files: {t: a.csv}}}\n",
            "exactly one of `path`, `table` and `query`",
        ),
        (
            "portfolio: a\nledger: {transactions: {query: select 1, files: {'a b': a.csv}}}\n",
            r"files\.a b",
        ),
        (
            "portfolio: a\nledger: {transactions: {query: select 1, files: {t: a, T: b}}}\n",
            "differ in case alone",
        ),
        ("a: &x 1\nb: *x\n", "alias"),
        ("tiers: {key_roles: [vip]}", "`tiers.key_roles.0` is 'vip' .Input should be 'anchor'"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationRefused, match=said):
        read_settings(_write(tmp_path, text))


def test_words_and_clocks_are_not_turned_into_numbers(tmp_path: Path) -> None:
    text = "portfolio: no\nledger: {transactions: {path: 010}}\n"
    settings = read_settings(_write(tmp_path, text))
    assert settings.plan.portfolio == "no"
    assert settings.plan.ledger.transactions.path == str(tmp_path / "010")


def test_an_absent_file_and_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="there is no file"):
        read_settings(tmp_path / "absent.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"portfolio: caf\xe9\n")
    with pytest.raises(ConfigurationRefused, match="not UTF-8"):
        read_settings(path)


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "configs").glob("*.yaml")))
def test_every_example_configuration_loads(path: Path) -> None:
    assert read_settings(path).plan.portfolio


def test_a_password_in_a_faulty_section_is_not_repeated(tmp_path: Path) -> None:
    text = "portfolio: shop\nledger: {transactions: {connection: 'postgresql://u:SECRET@h/db'}}\n"
    with pytest.raises(ConfigurationRefused) as refused:
        read_settings(_write(tmp_path, text))
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize(
    ("horizons", "fault"),
    [
        ("[30, 30]", r"`outlook.horizons` is \[30, 30\] .* Allowed: days that differ"),
        ("[0, 30]", "outlook.horizons.0"),
        ("[]", "outlook.horizons"),
        ("[30.5]", "outlook.horizons.0"),
    ],
)
def test_horizons_of_the_outlook_are_different_days(
    tmp_path: Path, horizons: str, fault: str
) -> None:
    with pytest.raises(ConfigurationRefused, match=fault):
        read_settings(_write(tmp_path, f"{SMALLEST}outlook: {{horizons: {horizons}}}\n"))


def test_the_churn_horizon_is_among_those_of_the_outlook(tmp_path: Path) -> None:
    text = f"{SMALLEST}churn: {{horizon_days: 75}}\noutlook: {{horizons: [90, 30]}}\n"
    assert read_settings(_write(tmp_path, text)).plan.horizons == (30, 75, 90)


def test_the_parameters_of_forests_are_read(tmp_path: Path) -> None:
    text = SMALLEST + (
        "churn: {forest: {num_leaves: 8, extra_trees: false}}\n"
        "potential: {forest: {lambda_l2: 3}}\n"
    )
    plan = read_settings(_write(tmp_path, text)).plan
    assert plan.churn.forest == ForestPlan(num_leaves=8, extra_trees=False)
    assert plan.potential.forest == ForestPlan(lambda_l2=3.0)


@pytest.mark.parametrize(
    ("forest", "said"),
    [
        ("{num_leafs: 8}", "unknown key `churn.forest.num_leafs`, did you mean `num_leaves`"),
        ("{bagging_freq: 2}", "unknown key `churn.forest.bagging_freq`"),
        ("{num_leaves: 64}", "`churn.forest.num_leaves` is '64' .*less than or equal to 32"),
        ("{num_leaves: 8.5}", "`churn.forest.num_leaves` is '8.5'"),
        ("{learning_rate: 0}", "`churn.forest.learning_rate` is '0' .*greater than or equal"),
        ("{leaf_share: .nan}", "`churn.forest.leaf_share`"),
    ],
)
def test_a_forest_beyond_its_ranges_is_refused_by_its_key(
    tmp_path: Path, forest: str, said: str
) -> None:
    text = SMALLEST + f"churn: {{forest: {forest}}}\n"
    with pytest.raises(ConfigurationRefused, match=said) as refused:
        read_settings(_write(tmp_path, text))
    assert refused.value.exit_code == 2


def test_a_database_to_publish_to_is_named_and_its_variable_read_by_who_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings(_write(tmp_path, SMALLEST)).publish is None
    monkeypatch.delenv("SEGML_X", raising=False)
    found = read_settings(_write(tmp_path, SMALLEST + "publish: {connection: 'env:SEGML_X'}\n"))
    assert found.publish is not None
    assert (found.publish.connection, found.publish.schema) == ("env:SEGML_X", "segml")
    text = SMALLEST + "publish: {connection: 'postgresql://me:hunter2@db/x', schema: Marts}\n"
    with pytest.raises(ConfigurationRefused, match=r"publish\.schema") as refused:
        read_settings(_write(tmp_path, text))
    assert "hunter2" not in str(refused.value)
    found = read_settings(_write(tmp_path, text.replace("Marts", "marts")))
    assert "hunter2" not in repr(found)
