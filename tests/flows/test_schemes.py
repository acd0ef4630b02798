"""The shipped configurations of the four schemes, from training to report on a made world."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import segml
from segml import read_settings
from segml.stores import read_table
from segml.words.errors import ConfigurationRefused
from segml.words.plan import RULE_TIERS

SHIPPED = Path(__file__).parents[2] / "configs"
SCHEMES = ("clusters", *RULE_TIERS)
NAMES = {
    "profitability": ["vip", "regular", "problem"],
    "levels": ["level 3", "level 2", "level 1"],
    "strategic": ["vip", "important", "ordinary", "potential", "small"],
}
CHAINS = ("strategic", "clusters", "profitability", "levels")
CHAINS = CHAINS[: int(os.environ.get("SEGML_CHAINS", "1"))]
EARLIER, LATER = "2023-10-01", "2024-04-01"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    segml.write_world(folder, clients=160, months=27, seed=731)
    return folder


def _shipped(scheme: str, folder: Path) -> Path:
    """The shipped configuration in a folder of its own, of fewer cut-offs: they cost the time."""
    (folder / "configs").mkdir()
    copy = folder / "configs" / f"made-{scheme}.yaml"
    text = (SHIPPED / copy.name).read_text("utf-8")
    assert "cutoffs: 12" in text
    copy.write_text(text.replace("cutoffs: 12", "cutoffs: 3"), "utf-8")
    return copy


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_has_a_shipped_configuration(scheme: str) -> None:
    settings = read_settings(SHIPPED / f"made-{scheme}.yaml")
    assert settings.plan.tiers.scheme == scheme
    assert settings.plan.portfolio == f"made-{scheme}"


def test_the_shipped_clusters_are_those_of_a_made_world(tmp_path: Path) -> None:
    shipped = read_settings(SHIPPED / "made-clusters.yaml").plan
    own = read_settings(segml.write_world(tmp_path, clients=30, months=12, seed=1).config).plan
    for part in ("tiers", "churn", "potential", "losses", "outlook"):
        assert getattr(shipped, part) == getattr(own, part), part


@pytest.mark.slow
@pytest.mark.parametrize("scheme", CHAINS)
def test_the_chain_runs_from_training_to_report_with_each_scheme(
    scheme: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGML_MADE", str(made))
    config = _shipped(scheme, tmp_path)
    trained = segml.train(config, as_of=EARLIER)
    assert trained.tracked is not None
    assert list(trained.bundle.tiers.names) == NAMES.get(scheme, trained.summary["tiers"])
    scored = segml.score(config, as_of=LATER)
    scores = read_table(scored.folder, "scores").set_index("client_id")
    reasons = read_table(scored.folder, "reasons")
    assert (scores["tier_margin"] >= 0).all()
    assert set(scores["tier"]) <= set(trained.bundle.tiers.names)
    plan = trained.bundle.plan.tiers
    by_role = scores["roles"].str.split(",").map({*plan.key_roles}.intersection).astype(bool)
    assert scores["is_key"].eq(scores["tier_rank"].isin(plan.key) | by_role).all()
    sums = reasons[reasons["subject"] == "tier"].groupby("client_id")["contribution"].sum()
    np.testing.assert_allclose(sums, scores["tier_margin"].loc[sums.index], atol=1e-6)
    client = str(scores.index[scores["is_key"] & ~by_role][0])
    told = segml.explain(config, client, as_of=LATER)
    assert f"in {scores['tier'][client]} on" in "\n".join(told.told)
    points = [line for line in told.told if line.startswith("The rule of its tier gives it")]
    assert len(points) == (scheme in RULE_TIERS)
    if scheme in RULE_TIERS:  # losses of clusters: what `chain` analyses
        lost = segml.analyse_losses(config, start=EARLIER, end=LATER)
        assert lost.summary["model_version"] == trained.version.version
        _relief_is_marked(scheme, lost)
    report = segml.write_report(config, as_of=LATER)
    page = report.path.read_text("utf-8")
    _found_beside_expected(scheme, scores, report.facts.portfolio)
    assert all(name in page for name in set(scores["tier"]))
    assert ("The rule of its tier gives it" in page) == (scheme in RULE_TIERS)


def _found_beside_expected(scheme: str, scores: pd.DataFrame, told: Any) -> None:
    names = [name for each in told.expected for name in each.tiers]
    assert names == (NAMES[scheme] if scheme == "strategic" else [])
    active = scores[scores["status"] == "active"]
    for each in told.expected:
        inside = active[active["tier"].isin(each.tiers)]
        assert each.clients_found == pytest.approx(len(inside) / len(active))
        profit = inside["profit_365"].sum() / active["profit_365"].sum()
        assert each.profit_found == pytest.approx(profit)


def _relief_is_marked(scheme: str, lost: Any) -> None:
    marked = {"levels": "level 1", "profitability": "problem"}
    if scheme in marked:
        assert set(lost.analysis.relief["tier_before"]) <= {marked[scheme]}


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        ("{scheme: levels, number: 4}", "levels has 3 tiers"),
        ("{scheme: levels, key: [4]}", r"`tiers.key` is \[4\] in .* Allowed: .* 1 \(top\) to 3"),
        ("{scheme: levels, bands: [3, 2, 1]}", "bands go with strategic"),
        (
            "{scheme: strategic, bands: [1, 2, 3]}",
            r"`tiers.bands` is \[1.0, 2.0, 3.0\] .* each below the one before",
        ),
        ("{scheme: strategic, bands: [3, 2]}", "tiers.bands"),
        ("{scheme: gold}", "tiers.scheme"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused_by_name(
    tmp_path: Path, tiers: str, message: str
) -> None:
    text = (SHIPPED / "made-levels.yaml").read_text("utf-8")
    config = tmp_path / "segml.yaml"
    config.write_text(re.sub(r"^tiers: .*$", f"tiers: {tiers}", text, flags=re.MULTILINE), "utf-8")
    with pytest.raises(ConfigurationRefused, match=message):
        read_settings(config)


def test_a_rule_has_the_number_of_its_tiers_and_clusters_four(tmp_path: Path) -> None:
    for scheme, number in {**RULE_TIERS, "clusters": 4}.items():
        text = (SHIPPED / f"made-{scheme}.yaml").read_text("utf-8")
        config = tmp_path / f"{scheme}.yaml"
        config.write_text(text.replace("number: 4, ", ""), "utf-8")
        assert read_settings(config).plan.tiers.number == number
