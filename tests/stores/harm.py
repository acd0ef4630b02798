"""Harm done to a bundle's folder, drawn from a number: whatever can happen to files, and worse."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import joblib
import numpy as np

MANIFEST = "manifest.json"
STRANGERS = (
    "model.pkl",
    "MLmodel",
    "__init__.py",
    ".hidden",
    "churn.json.bak",
    "CHURN.JSON",
    "a\nb",
)
NUMBERS = (0, -1, 4, 6, 99, 2**70, "5", None, True, 5.5, [5], {"5": 5})


class Runs:
    """What a pickle of it would run, were it ever loaded."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.canary),)


def containers(canary: Path) -> tuple[bytes, ...]:
    """A pickle of the oldest and the newest kind, a joblib file, an array of objects, two zips."""
    told = Runs(canary)
    dumped, array, schema, model = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    joblib.dump(told, dumped, compress=3)
    np.save(array, np.array([told], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(schema, "w") as file:  # as skops writes it
        file.writestr("schema.json", json.dumps({"__class__": "x", "__module__": "os"}))
    with zipfile.ZipFile(model, "w") as file:
        file.writestr("data.pkl", pickle.dumps(told))
    files = (dumped, array, schema, model)
    return pickle.dumps(told, 0), pickle.dumps(told, 5), *(each.getvalue() for each in files)


def harm(folder: Path, dice: Random, *, foreign: Path, canary: Path) -> str:
    """Do one thing to a bundle's folder; what it was.

    Parameters
    ----------
    folder
        A bundle's own folder, changed in place.
    dice
        Drawn from.
    foreign
        The folder of another bundle.
    canary
        A folder that the code in a planted file would make.
    """
    name = dice.choice([*sorted(HARMS), *["bits", "cut", "payload", "edit", "fitted"] * 2])
    HARMS[name](folder, dice, foreign, canary)
    return name


def _some(folder: Path, dice: Random) -> Path:
    return dice.choice(sorted(folder.iterdir()))


def _bits(folder: Path, dice: Random, *_: Path) -> None:
    path = _some(folder, dice)
    raw = bytearray(path.read_bytes())
    for place in dice.sample(range(len(raw)), min(len(raw), dice.choice([1, 1, 2, 50]))):
        raw[place] ^= 1 << dice.randrange(8)
    path.write_bytes(raw)


def _cut(folder: Path, dice: Random, *_: Path) -> None:
    path = _some(folder, dice)
    raw = path.read_bytes()
    path.write_bytes(raw[: dice.choice([0, 1, len(raw) - 1, dice.randrange(len(raw))])])


def _grow(folder: Path, dice: Random, *_: Path) -> None:
    path = _some(folder, dice)
    more = dice.choice([b"\n", b"\0", b" ", b"}", b"\ntree=0\n", path.read_bytes()])
    raw = path.read_bytes()
    path.write_bytes(more + raw if dice.random() < 0.3 else raw + more)


def _endless(folder: Path, dice: Random, *_: Path) -> None:
    os.truncate(_some(folder, dice), 1 << dice.choice([24, 33, 40]))  # a hole: no disk is used


def _edit(folder: Path, dice: Random, *_: Path) -> None:
    """Another digit, another end of line or another encoding: it still reads as what it was."""
    path = _some(folder, dice)
    raw = path.read_bytes()
    digits = [place for place, byte in enumerate(raw) if 48 <= byte <= 56]
    place = dice.choice(digits)
    path.write_bytes(
        dice.choice(
            [
                raw[:place] + bytes([raw[place] + 1]) + raw[place + 1 :],
                raw.replace(b"\n", b"\r\n"),
                b"\xef\xbb\xbf" + raw,
                raw.decode().encode("utf-16"),
                raw.replace(b"num_leaves=", b"num_leaves=9") + b" ",
            ]
        )
    )


def _swap(folder: Path, dice: Random, *_: Path) -> None:
    one, two = dice.sample(sorted(folder.iterdir()), 2)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def _rename(folder: Path, dice: Random, *_: Path) -> None:
    path = _some(folder, dice)
    path.rename(folder / dice.choice([path.name.upper(), f"{path.name} ", f".{path.name}", "x"]))


def _remove(folder: Path, dice: Random, *_: Path) -> None:
    _some(folder, dice).unlink()


def _stranger(folder: Path, dice: Random, _foreign: Path, canary: Path) -> None:
    (folder / dice.choice(STRANGERS)).write_bytes(dice.choice(containers(canary)))


def _payload(folder: Path, dice: Random, _foreign: Path, canary: Path) -> None:
    _some(folder, dice).write_bytes(dice.choice(containers(canary)))


def _link(folder: Path, dice: Random, foreign: Path, _canary: Path) -> None:
    """In place of a file a link to its like, to a copy of itself, to nothing, to a device."""
    path = _some(folder, dice)
    copy = folder.parent / f"copy-{path.name}"
    shutil.copy(path, copy)
    path.unlink()
    path.symlink_to(dice.choice([copy, foreign / "churn.json", Path("nowhere"), Path("/dev/zero")]))


def _no_file(folder: Path, dice: Random, *_: Path) -> None:
    path = _some(folder, dice)
    path.unlink()
    (os.mkfifo if dice.random() < 0.5 else os.mkdir)(path)


def _foreign_part(folder: Path, dice: Random, foreign: Path, _canary: Path) -> None:
    names = sorted({path.name for path in foreign.iterdir()} & {p.name for p in folder.iterdir()})
    name = dice.choice(names)
    shutil.copy(foreign / name, folder / name)


def _foreign_bundle(folder: Path, _dice: Random, foreign: Path, _canary: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(foreign, folder)


def _manifest(folder: Path, dice: Random, *_: Path) -> None:
    """The manifest's numbers and names, with or without the files that they speak of."""
    path = folder / MANIFEST
    value = json.loads(path.read_bytes())
    name = dice.choice(sorted(value["parts"]))
    part = value["parts"].pop(name)
    what = dice.randrange(5)
    if what == 0:
        (folder / name).unlink()
    elif what == 1:
        value["parts"][dice.choice(["../x", "/etc/passwd", "", ".", f"./{name}"])] = part
    elif what == 2:
        value["parts"][name] = part | {"sha256": "0" * 64}
    else:
        value["parts"][name] = part
        value |= {"protocol": dice.choice(NUMBERS)} if what == 3 else {"portfolio": "other"}
    text = json.dumps(value)
    path.write_text(dice.choice([text, text, "[" * 100_000, f'{{"protocol": 5, {text[1:]}']))


def _fitted(folder: Path, dice: Random, foreign: Path, canary: Path) -> None:
    """Another thing done to a part, and the manifest rewritten until it agrees."""
    HARMS[dice.choice(["bits", "cut", "grow", "edit", "payload"])](folder, dice, foreign, canary)
    value = json.loads((foreign / MANIFEST).read_bytes())
    raws = {p.name: p.read_bytes() for p in folder.iterdir() if p.name != MANIFEST}
    value["parts"] = {
        name: {"size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
        for name, raw in raws.items()
    }
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(f"{text}\n")


HARMS: dict[str, Callable[[Path, Random, Path, Path], None]] = {
    "bits": _bits,
    "cut": _cut,
    "grow": _grow,
    "endless": _endless,
    "edit": _edit,
    "swap": _swap,
    "rename": _rename,
    "remove": _remove,
    "stranger": _stranger,
    "payload": _payload,
    "link": _link,
    "no file": _no_file,
    "foreign part": _foreign_part,
    "foreign bundle": _foreign_bundle,
    "manifest": _manifest,
    "fitted": _fitted,
}
