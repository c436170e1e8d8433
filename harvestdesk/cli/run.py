"""What a command is handed and gives back."""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from harvestdesk.cli.output import Output
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import parse_decimal
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


DONE, DEFECT, BAD_INPUT, NO_PLAN = 0, 1, 2, 3
"""Exit codes of the contract."""

Command = Callable[[Run], int | None]
"""Runs a command; the exit code, None for done."""

Subparsers = Any
"""argparse gives its sub-parser factory no public type."""


FIRST_YEAR, LAST_YEAR = 1900, 2199
LARGEST_AMOUNT = Decimal(10) ** 12


def iso_date(text: str) -> date:
    """Return an ISO date argument."""
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadInputError(
            f"{text!r} is not a date. Expected year-month-day, such as 2025-12-05.",
            code="arguments.date",
        )
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInputError(
            f"{text} is out of range. Expected a day of the years {FIRST_YEAR} to {LAST_YEAR}.",
            code="arguments.date",
        )
    return day


def amount(text: str) -> Decimal:
    """Return a number of zero or more given as an argument."""
    value = parse_decimal(text)
    if value is None or not 0 <= value <= LARGEST_AMOUNT:
        raise BadInputError(
            f"{text!r} is not an amount. Expected a number from zero to a trillion, such as 35.",
            code="arguments.amount",
        )
    return value


def path_text(text: str) -> str:
    """Return an argument that names a file, a folder or a household."""
    if not text.strip() or "\0" in text:
        raise BadInputError(f"{text!r} names no file. Expected a path.", code="arguments.path")
    return text


def a_path(text: str) -> Path:
    """Return the path an argument names."""
    return Path(path_text(text))


def add_household(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add --household to a command."""
    parser.add_argument(
        "--household",
        metavar="H",
        type=path_text,
        required=required,
        help="household file (.harvest), or the name of one in the data folder",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json to a command."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on standard output, nothing else"
    )
