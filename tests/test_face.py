"""The Python face: each command is a function, and no room can take its name's place."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import segml


def test_importing_every_module_replaces_no_name_of_the_face() -> None:
    for module in pkgutil.walk_packages(segml.__path__, "segml."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in segml.__all__:
        assert not isinstance(getattr(segml, name), ModuleType), name
    assert set(dir(segml)) == set(segml.__all__)
    with pytest.raises(AttributeError, match="frobnicate"):
        segml.frobnicate  # noqa: B018 - asking is the test


def test_every_function_of_the_face_is_documented() -> None:
    for name in set(segml.__all__) - {"__version__"}:
        told = getattr(segml, name).__doc__
        assert told, name
        assert len(told.splitlines()[0]) <= 100


@pytest.mark.parametrize("room", ["segml.report", "segml.scoring"])
def test_no_file_of_a_room_replaces_a_name_that_loads_when_it_is_asked_for(room: str) -> None:
    package = importlib.import_module(room)
    files = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert not files & set(package._FACE)
