import json
from pathlib import Path

import numpy as np
import pytest

from segml.bundle import MANIFEST, Bundle, load, save, version_name
from segml.bundle.parts import encode
from segml.features import snapshot
from segml.ledger import Ledger, date_of
from segml.words.errors import BundleRefused


def test_a_bundle_read_back_is_the_same_bytes_again(bundle: Bundle, tmp_path: Path) -> None:
    manifest = save(bundle, tmp_path / "v")
    again = load(tmp_path / "v", manifest_digest=manifest.digest)
    assert encode(again) == encode(bundle)
    assert again.plan == bundle.plan
    assert again.record == bundle.record


def test_the_same_bundle_gives_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    one, two = save(bundle, tmp_path / "one"), save(bundle, tmp_path / "two")
    assert one.digest == two.digest
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_version_is_named_after_date_and_digest(
    bundle: Bundle, as_of: int, tmp_path: Path
) -> None:
    manifest = save(bundle, tmp_path / "v")
    assert manifest.version == f"{date_of(as_of)}-{manifest.digest[:10]}"
    assert version_name(bundle) == manifest.version


def test_what_is_read_back_scores_the_same(
    bundle: Bundle, ledger: Ledger, as_of: int, tmp_path: Path
) -> None:
    manifest = save(bundle, tmp_path / "v")
    again = load(tmp_path / "v", manifest_digest=manifest.digest)
    now = snapshot(ledger.past(as_of), bundle.features)
    X, Y = bundle.encoder.matrix(now.frame), again.encoder.matrix(now.frame)
    assert np.array_equal(X, Y, equal_nan=True)
    assert np.array_equal(bundle.churn.raw(X), again.churn.raw(X))
    assert np.array_equal(bundle.potential.expected(X), again.potential.expected(X))
    assert np.array_equal(bundle.churn.contributions(X)[0], again.churn.contributions(X)[0])
    assert bundle.tiers.assign(now.frame).equals(again.tiers.assign(now.frame))


def test_a_folder_that_holds_anything_is_not_written_to(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "stranger").write_text("")
    with pytest.raises(FileExistsError):
        save(bundle, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["stranger"]


@pytest.mark.parametrize("harm", ["flip", "truncate", "append", "empty"])
def test_harm_to_any_file_is_refused_before_any_parser_sees_it(
    bundle: Bundle, tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = save(bundle, tmp_path / "v")

    def parser(*_: object, **__: object) -> None:
        pytest.fail("a parser saw bytes that were not compared")

    monkeypatch.setattr("segml.bundle.persist.decode", parser)
    for part in manifest.parts:
        path = tmp_path / "v" / part.name
        raw = path.read_bytes()
        middle = len(raw) // 2
        path.write_bytes(
            {
                "flip": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
                "truncate": raw[:-1],
                "append": raw + b"\n",
                "empty": b"",
            }[harm]
        )
        with pytest.raises(BundleRefused, match=part.name):
            load(tmp_path / "v", manifest_digest=manifest.digest)
        path.write_bytes(raw)


def test_swapped_files_are_refused(bundle: Bundle, tmp_path: Path) -> None:
    manifest = save(bundle, tmp_path)
    one, two = tmp_path / "churn.json", tmp_path / "tiers.json"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    with pytest.raises(BundleRefused):
        load(tmp_path, manifest_digest=manifest.digest)


def test_a_manifest_rewritten_to_fit_a_changed_file_is_refused(
    bundle: Bundle, tmp_path: Path
) -> None:
    import hashlib

    manifest = save(bundle, tmp_path)
    raw = (tmp_path / "tiers.json").read_bytes() + b" "
    (tmp_path / "tiers.json").write_bytes(raw)
    value = json.loads((tmp_path / MANIFEST).read_bytes())
    value["parts"]["tiers.json"] = {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "size": len(raw),
    }
    (tmp_path / MANIFEST).write_text(json.dumps(value))
    with pytest.raises(BundleRefused, match="the registry names"):
        load(tmp_path, manifest_digest=manifest.digest)


def test_no_part_is_a_pickle(bundle: Bundle) -> None:
    for name, raw in encode(bundle).items():
        assert name.endswith((".json", ".lightgbm.txt", ".md"))
        raw.decode("utf-8")
