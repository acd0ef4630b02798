"""The notes of a run in the language spoken."""

from __future__ import annotations


def note_text(note: str) -> str:
    """A note as it is said."""
    return note
