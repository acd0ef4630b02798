"""A tuned value lands in the text alone: comments, order and layout stay, or nothing is written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from segml.flows.proposal import accept, difference, read_exactly, tuned_text
from segml.words.errors import ConfigurationRefused

PATH = Path("shop.yaml")
HEAD = "portfolio: shop   # ours\nledger: {transactions: {path: lines.csv}}\n"
QUERY = "portfolio: shop\nledger:\n  transactions:\n    query: |\n      select 1"
CHANGES = {"churn": {"num_leaves": 8, "extra_trees": False}, "potential": {"lambda_l2": 3.5}}
LAYOUTS = {
    "no section": HEAD,
    "no newline at the end": HEAD + "seed: 3",
    "braces": HEAD + "churn: {horizon_days: 90}  # a quarter\npotential: {}\n",
    "braces over lines": HEAD + "churn: {\n  horizon_days: 90,  # why\n  cutoffs: 5  # few\n}\n",
    "a comma at the end": HEAD + "churn: {horizon_days: 90,}\n",
    "lines": HEAD + "churn:\n  # short\n  horizon_days: 90  # why\n\n  # end\nseed: 3\n",
    "lines moved in by four": HEAD + "churn:\n    horizon_days: 90\n    cutoffs: 5\nseed: 3\n",
    "a list at the end": HEAD + "churn:\n  trusted_features:\n  - recency_days # a\n# b\nseed: 3\n",
    "quoted keys": HEAD + '"churn": {"horizon_days": 90}\n',
    "a forest in lines": HEAD
    + "churn:\n  forest:\n    # ours\n    num_leaves: 12  # tried\n    max_depth: 4\n"
    + "  cutoffs: 5\n",
    "a forest in braces": HEAD + "churn: {forest: {num_leaves: 12, max_depth: 4}, cutoffs: 5}\n",
    "a forest in braces in lines": HEAD + "churn:\n  forest: {extra_trees: true}  # tried\n",
    "a block of text at the end": QUERY + "\n\nseed: 1\n",
    "a block of text last": QUERY + "\n",
    "keys with question marks": HEAD + "? churn\n: {cutoffs: 5}\n...\n",
    "tags": HEAD + "churn: !!map {cutoffs: 5}\n...\n# the end\n",
    "anchors": HEAD + "potential: &p {horizon_days: 90}\n",
    "all in braces": "{portfolio: shop, ledger: {transactions: {path: a.csv}}}\n",
    "Windows": (HEAD + "churn:\n  cutoffs: 5 # few\nseed: 3\n").replace("\n", "\r\n"),
    "other alphabets": HEAD + "# оптовый 批发\nchurn: {cutoffs: 5} # мало\n",
}


def merged(text: str) -> dict[str, object]:
    found = yaml.safe_load(text)
    for outcome, values in CHANGES.items():
        found.setdefault(outcome, {}).setdefault("forest", {}).update(values)
    return found


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_values_are_set_and_nothing_else_is_touched(layout: str) -> None:
    text = LAYOUTS[layout]
    changed = tuned_text(text, CHANGES, PATH)
    assert yaml.safe_load(changed) == merged(text)
    left = iter(changed)
    old = text.replace("num_leaves: 12", "num_leaves: ").replace(
        "extra_trees: true", "extra_trees: "
    )
    assert all(sign in left for sign in old)  # the old signs are all there, in their order
    assert changed.count("#") == text.count("#")
    assert changed.count("\r\n") == (changed.count("\n") if layout == "Windows" else 0)
    assert tuned_text(changed, CHANGES, PATH) == changed


def test_a_section_in_lines_gains_lines_and_keeps_every_line_it_had() -> None:
    changed = tuned_text(LAYOUTS["lines"], {"churn": {"num_leaves": 8, "max_depth": 3}}, PATH)
    assert changed == HEAD + (
        "churn:\n  # short\n  horizon_days: 90  # why\n  forest:\n    num_leaves: 8\n"
        "    max_depth: 3\n\n  # end\nseed: 3\n"
    )


def test_a_value_that_stands_there_is_replaced_with_its_comment_left() -> None:
    text = LAYOUTS["a forest in lines"]
    changed = tuned_text(text, {"churn": {"num_leaves": 8}}, PATH)
    assert changed == text.replace("num_leaves: 12", "num_leaves: 8")


def test_a_text_that_cannot_be_changed_safely_is_refused() -> None:
    with pytest.raises(ConfigurationRefused, match=r"write it in yourself: `churn\.forest"):
        tuned_text(QUERY, CHANGES, PATH)  # a new line would be the query's


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_diff_is_what_patch_takes(layout: str, tmp_path: Path) -> None:
    text = LAYOUTS[layout]
    changed = tuned_text(text, CHANGES, PATH)
    target = tmp_path / "shop.yaml"
    target.write_bytes(text.encode())
    said = difference(text, changed, "shop.yaml").encode()
    subprocess.run(["patch", "-p1", "--binary"], input=said, cwd=tmp_path, check=True)
    assert target.read_bytes() == changed.encode()


def test_accepting_keeps_rights_links_and_the_mark_of_byte_order(tmp_path: Path) -> None:
    target, link = tmp_path / "real.yaml", tmp_path / "shop.yaml"
    target.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    target.chmod(0o640)
    link.symlink_to(target)
    before, text = read_exactly(link)
    assert text == HEAD
    accept(link, before, text + "seed: 3\n")
    assert link.is_symlink()
    assert target.read_bytes() == b"\xef\xbb\xbf" + (HEAD + "seed: 3\n").encode()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["real.yaml", "shop.yaml"]


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(HEAD, "utf-8")
    before, text = read_exactly(path)
    path.write_text(HEAD + "seed: 9\n", "utf-8")
    with pytest.raises(ConfigurationRefused, match="was changed while the search ran"):
        accept(path, before, text + "seed: 3\n")
    assert path.read_text("utf-8") == HEAD + "seed: 9\n"
