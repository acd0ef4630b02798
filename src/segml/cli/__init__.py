"""The command line: arguments to a flow, exit codes, progress. Nothing else."""

from __future__ import annotations


def main() -> None:
    """Run the command line (the `segml` script)."""
    from segml.cli.app import app

    app()


__all__ = ["main"]
