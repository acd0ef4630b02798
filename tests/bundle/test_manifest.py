import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from segml.bundle.manifest import MANIFEST, manifest_of, read_verified
from segml.words.errors import BundleRefused

FILES = {"a.txt": b"alpha", "b.json": b"{}"}


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, str]:
    manifest = manifest_of(FILES, portfolio="small", as_of="2011-06-01")
    for name, raw in FILES.items():
        (tmp_path / name).write_bytes(raw)
    (tmp_path / MANIFEST).write_bytes(manifest.to_bytes())
    return tmp_path, manifest.digest


def test_what_was_compared_is_what_is_given(folder: tuple[Path, str]) -> None:
    manifest, files = read_verified(*folder)
    assert files == FILES
    assert manifest.version == f"2011-06-01-{folder[1][:10]}"


def test_the_manifest_is_the_same_bytes_in_any_order_of_files() -> None:
    other = dict(reversed(FILES.items()))
    assert (
        manifest_of(other, portfolio="p", as_of="2020-01-01").to_bytes()
        == manifest_of(FILES, portfolio="p", as_of="2020-01-01").to_bytes()
    )


@pytest.mark.parametrize("raw", [b"", b"alph", b"alphb", b"alphaa", b"Alpha"])
def test_a_changed_part_is_refused(folder: tuple[Path, str], raw: bytes) -> None:
    (folder[0] / "a.txt").write_bytes(raw)
    with pytest.raises(BundleRefused, match=r"a\.txt` changed"):
        read_verified(*folder)


def test_a_missing_part_is_refused(folder: tuple[Path, str]) -> None:
    (folder[0] / "b.json").unlink()
    with pytest.raises(BundleRefused, match=r"missing b\.json"):
        read_verified(*folder)


def test_a_foreign_file_is_refused(folder: tuple[Path, str]) -> None:
    (folder[0] / "extra.pkl").write_bytes(b"")
    with pytest.raises(BundleRefused, match=r"foreign extra\.pkl"):
        read_verified(*folder)


def test_a_changed_manifest_is_refused_before_it_is_parsed(folder: tuple[Path, str]) -> None:
    (folder[0] / MANIFEST).write_bytes(b"{not json")
    with pytest.raises(BundleRefused, match="the manifest the registry names"):
        read_verified(*folder)


def test_a_missing_folder_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="cannot be opened"):
        read_verified(tmp_path / "nowhere", "0" * 64)


def test_a_newer_protocol_is_refused_before_any_part_is_read(folder: tuple[Path, str]) -> None:
    path, _ = folder
    value = json.loads((path / MANIFEST).read_bytes())
    value["protocol"] += 1
    raw = json.dumps(value).encode()
    (path / MANIFEST).write_bytes(raw)
    (path / "a.txt").unlink()
    with pytest.raises(BundleRefused, match=f"protocol {value['protocol']}"):
        read_verified(path, hashlib.sha256(raw).hexdigest())


def test_a_link_is_no_part_even_to_the_same_bytes(
    folder: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.txt"
    elsewhere.write_bytes(FILES["a.txt"])
    (folder[0] / "a.txt").unlink()
    (folder[0] / "a.txt").symlink_to(elsewhere)
    with pytest.raises(BundleRefused, match="cannot be opened"):
        read_verified(*folder)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_or_a_folder_in_place_of_a_part_is_refused_and_does_not_hang(
    folder: tuple[Path, str], make: Callable[[Path], None]
) -> None:
    (folder[0] / "a.txt").unlink()
    make(folder[0] / "a.txt")
    with pytest.raises(BundleRefused, match="no plain file"):
        read_verified(*folder)
