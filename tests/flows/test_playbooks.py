"""Playbooks: those that come with segml, a file of one's own, and how each fault is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from segml.flows.playbooks import read_playbooks
from segml.flows.settings import read_settings
from segml.words.errors import ConfigurationRefused
from segml.words.playbook import Playbooks

SMALLEST = "portfolio: shop\nledger: {transactions: {path: lines.csv}}\n"
OWN = """\
clusters:
  by_tier:
    gold: {team: the owner, contact_days: 7, discount_limit: 0.3}
  by_rank:
    - {team: everybody, discount_limit: 0.01}
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "playbooks.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("scheme", ["clusters", "profitability", "levels", "strategic"])
def test_every_scheme_comes_with_playbooks_that_get_milder_downwards(scheme: str) -> None:
    books = read_playbooks(None, scheme)
    named = [*books.by_tier.values(), *books.by_rank]
    assert max(book.discount_limit for book in named) == named[0].discount_limit
    rhythms = [book.contact_days for book in named if book.contact_days]
    assert min(rhythms) == named[0].contact_days


def test_the_schemes_tiers_have_names_in_the_playbooks() -> None:
    names = {
        "profitability": {"vip", "regular", "problem"},
        "levels": {"level 3", "level 2", "level 1"},
        "strategic": {"vip", "important", "ordinary", "potential", "small"},
    }
    for scheme, tiers in names.items():
        assert set(read_playbooks(None, scheme).by_tier) == tiers


def test_a_file_of_ones_own_wins_and_is_found_beside_the_configuration(tmp_path: Path) -> None:
    _write(tmp_path, OWN)
    config = tmp_path / "shop.yaml"
    config.write_text(SMALLEST + "playbooks: playbooks.yaml\n", "utf-8")
    books = read_settings(config).playbooks
    assert books.of("gold", 1, 4).contact_days == 7
    assert books.of("tier 3", 3, 4).team == "everybody"
    assert books.of("tier 3", 3, 4).contact_days is None


def test_a_scheme_that_the_file_leaves_out_keeps_what_comes_with_segml(tmp_path: Path) -> None:
    assert read_playbooks(_write(tmp_path, OWN), "levels") == read_playbooks(None, "levels")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace("team: everybody", "teams: everybody"), "clusters.by_rank.0.teams"),
        (OWN.replace("0.3", "1.3"), "clusters.by_tier.gold.discount_limit"),
        (OWN.replace("contact_days: 7", "contact_days: 0"), "clusters.by_tier.gold.contact_days"),
        ("clusters: {by_rank: []}\n", "clusters.by_rank"),
        ("vip: {}\n", "vip"),
    ],
)
def test_a_fault_names_its_key_and_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationRefused, match=said) as refused:
        read_playbooks(_write(tmp_path, text), "clusters")
    assert "Allowed:" in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused):
        read_playbooks(tmp_path / "absent.yaml", "clusters")


def test_playbooks_without_a_fall_back_are_refused() -> None:
    with pytest.raises(ConfigurationRefused, match="by_rank"):
        Playbooks(by_rank=())
