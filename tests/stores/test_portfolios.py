"""Which portfolios there are, and the refusal of one that is not."""

from pathlib import Path

import pytest

from segml.stores import Registry, list_portfolios, require_portfolio
from segml.words.errors import NoModel


def made(models: Path, *names: str) -> None:
    for name in names:
        (models / name).mkdir(parents=True)
        (models / name / "registry.json").write_text("{}")


def test_a_portfolio_is_a_folder_with_a_registry(tmp_path: Path) -> None:
    made(tmp_path, "retail", "опт")
    (tmp_path / "locked" / ".lock").parent.mkdir()
    (tmp_path / "README.md").write_text("")
    assert list_portfolios(tmp_path) == ("retail", "опт")
    assert list_portfolios(tmp_path / "nowhere") == ()


def test_only_a_trained_portfolio_exists(tmp_path: Path) -> None:
    registry = Registry(tmp_path, "retail")
    assert not registry.exists
    registry.folder.mkdir()
    assert not registry.exists
    (registry.folder / "registry.json").write_text("{}")
    assert registry.exists


def test_the_nearest_names_come_first_and_no_more_than_five(tmp_path: Path) -> None:
    made(tmp_path, "a1", "b2", "c3", "d4", "retail", "retail-north")
    require_portfolio(tmp_path, "retail")
    with pytest.raises(NoModel, match="did you mean `retail`") as refused:
        require_portfolio(tmp_path, "retial")
    assert refused.value.allowed.startswith("`retail`, ")
    assert refused.value.allowed.endswith(" and 1 more")
    assert refused.value.exit_code == 5
