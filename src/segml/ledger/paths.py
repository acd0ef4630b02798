"""Which files a path or glob of the configuration names, where they stand, of which format."""

from __future__ import annotations

import difflib
import glob
import re
from pathlib import Path

from segml.ledger.contract import TABLES
from segml.words.errors import ConfigurationRefused

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_address(path: str) -> bool:
    """Return whether a path names a file system (`s3a://…`, `hdfs://…`), which Spark alone reads.

    Examples
    --------
    >>> is_address("s3a://lake/lines"), is_address("/data/lines/*.parquet")
    (True, False)
    """
    return _ADDRESS.match(path) is not None


def folder_of(path: str) -> Path:
    """Return the folder that holds every file a path or glob can name.

    Parameters
    ----------
    path
        An absolute path, perhaps with `*`, `?` or `[`.

    Returns
    -------
    Path
        The deepest folder before the first part with a glob sign.
    """
    parts = Path(path).parts
    fixed = list(parts[:-1])
    for place, part in enumerate(parts[:-1]):
        if glob.has_magic(part):
            fixed = list(parts[:place])
            break
    return Path(*fixed) if fixed else Path()


def folders_of(path: str) -> tuple[Path, ...]:
    """Return every folder that must be readable for a path or glob, links followed.

    Parameters
    ----------
    path
        An absolute path, perhaps with `*`, `?` or `[`.

    Returns
    -------
    tuple of Path
        Sorted; what a link in the named place points to was named with it.
    """
    parents = {Path(file).resolve().parent for file in files_of(path)}
    return tuple(sorted({folder_of(path), *parents}))


def files_of(path: str) -> list[str]:
    """Return the files that a path or glob names.

    Parameters
    ----------
    path
        An absolute path, perhaps with `*`, `?` or `[`.

    Returns
    -------
    list of str
        Sorted; empty if there is none.
    """
    if not glob.has_magic(path):
        return [path] if Path(path).is_file() else []
    folder = folder_of(path)
    try:
        found = list(folder.glob(str(Path(path).relative_to(folder))))
    except ValueError:  # `**` beside other signs of a name
        return []
    return sorted(str(file) for file in found if file.is_file())


def format_of(path: str, key: str) -> str:
    """Return the format that a file's ending says.

    Parameters
    ----------
    path
        A file's path.
    key
        The configuration's key that holds it, for the refusal.

    Returns
    -------
    str
        "parquet" or "csv".

    Raises
    ------
    ConfigurationRefused
        If the ending is of no known format.
    """
    name = Path(path).name.lower()
    if name.endswith(PARQUET):
        return "parquet"
    if name.endswith(CSV):
        return "csv"
    raise ConfigurationRefused(
        f"`{key}` ends in `{Path(path).suffix or Path(path).name}`",
        allowed="files that end in " + ", ".join((*PARQUET, *CSV)),
        next_step="name the files, for a folder with a glob such as `folder/*.parquet`",
    )


def no_file(path: str, key: str) -> ConfigurationRefused:
    """Return the refusal of a path that names no file, with the nearest name in its folder.

    Parameters
    ----------
    path
        An absolute path or glob.
    key
        The configuration's key that holds it.

    Returns
    -------
    ConfigurationRefused
        To be raised.
    """
    folder, others = folder_of(path), {table.name for table in TABLES} - {*key.split(".")}
    there = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    there = [name for name in there if name.split(".")[0].lower() not in others]
    near = difflib.get_close_matches(Path(path).name, there, n=1)
    hint = (
        f"did you mean `{near[0]}`?"
        if near
        else "correct the path, or see why its source delivered nothing"
    )
    return ConfigurationRefused(
        f"`{key}` names no file: {path}",
        allowed="a path or glob of at least one file, relative to the configuration",
        next_step=hint,
    )
