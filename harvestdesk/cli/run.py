"""What a command is handed and gives back."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harvestdesk.cli.output import Output
from harvestdesk.reports.document import PaperRenderer

Screens = Callable[[Path, Path], object]
"""Saves pictures of the real window: household file, folder."""


@dataclass(frozen=True)
class Run:
    """One call of the command line.

    Attributes:
        paper: writes a report as PDF; injected, so that the command line does not know the window.
        screens: saves pictures of the window; injected likewise.
    """

    args: argparse.Namespace
    out: Output
    paper: PaperRenderer
    screens: Screens


Command = Callable[[Run], int | None]
"""Runs a command; the exit code, None for done."""

Subparsers = Any
"""argparse gives its sub-parser factory no public type."""


def add_household(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add --household to a command."""
    parser.add_argument(
        "--household",
        metavar="H",
        required=required,
        help="household file (.harvest), or the name of one in the data folder",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json to a command."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on standard output, nothing else"
    )
