"""Take in brokers' real files through the command line and compare what is held with what the files say.

    PYTHONPATH=. .venv/bin/python benchmarks/validation_samples.py

Every file goes through `import --dry-run` and `import` into a household of its own; the figures of the file are
read a second time here with nothing but `csv` and `xml.etree`. Prints the table of docs/validation.md, section 1.
Needs ../shared/samples; without it, says so and ends.
"""

import contextlib
import csv
import io
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from harvestdesk.cli.main import main
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.transaction import ACQUISITIONS, Transaction, TransactionType
from harvestdesk.services.books import open_book

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
BROKERS = ("schwab", "fidelity", "ibkr")
Figures = dict[str, Decimal]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    file: str
    read: str
    reported: str
    compared: str


def run(*argv: object) -> tuple[int, Any, str]:
    """Run a command; returns its exit code, document and words."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(
            [*map(str, argv), "--json"],
            paper=lambda report, path: None,
            screens=lambda book, folder: None,
        )
    return code, json.loads(out.getvalue()) if code == 0 else None, err.getvalue().strip()


def number(text: str | None) -> Decimal | None:
    """Return a figure as brokers write it, or None."""
    plain = (text or "").strip().replace("$", "").replace(",", "")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def total(values: Iterable[str | None]) -> Decimal:
    """Return the sum of what are figures."""
    return sum((v for text in values if (v := number(text)) is not None), Decimal(0))


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows under every header of a CSV file, by column name."""
    found: list[dict[str, str]] = []
    header: list[str] = []
    for cells in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()):
        names = [c.strip().lower() for c in cells]
        if {"symbol", "open date", "run date"} & set(names):
            header = names
        elif header:
            found.append(dict(zip(header, (c.strip() for c in cells), strict=False)))
    return found


def told_positions(path: Path) -> Figures:
    """Figures of a positions file: its own account totals, else its column added up."""
    rows = table(path)
    totals = [r for r in rows if r.get("symbol") in {"Account Total", "Positions Total"}]
    if totals:
        return {
            "value (file's total)": total(r["market value"] for r in totals),
            "value (column)": total(r.get("market value") for r in rows if r not in totals),
            "basis (column)": total(r.get("cost basis") for r in rows if r not in totals),
        }
    # Neither the totals of an account nor options, which stand without a symbol and aren't held yet.
    rows = [r for r in rows if r.get("current value") and r.get("symbol")]
    return {
        "value (column)": total(r["current value"] for r in rows),
        "basis (column)": total(r.get("cost basis total") for r in rows),
    }


def told_lots(path: Path) -> Figures:
    """Figures of a lot file: the row of totals and the columns added up."""
    rows = table(path)
    (last,) = [r for r in rows if r["open date"] == "Total"]
    lots = [r for r in rows if r is not last]
    return {
        "shares (file's total)": total([last["quantity"]]),
        "shares (column)": total(r["quantity"] for r in lots),
        "basis (file's total)": total([last["cost basis"]]),
    }


def told_amounts(path: Path) -> Figures:
    """Figures of a history: its total row if there is one, and its amounts added up."""
    rows = table(path)
    ends = [r for r in rows if r.get("date", "").startswith("Transactions Total")]
    column = next((n for n in ("amount", "amount ($)") if rows and n in rows[0]), "amount")
    told = {"amounts (column)": total(r.get(column) for r in rows if r not in ends)}
    if ends:
        told["amounts (file's total)"] = total(r.get(column) for r in ends)
    return told


def told_flex(path: Path) -> Figures:
    """Figures of a Flex statement in dollars: lots, else summaries, and executions."""
    rows = list(ElementTree.parse(path).getroot().iter())
    open_rows = [r for r in rows if r.tag == "OpenPosition" and r.get("currency", "USD") == "USD"]
    lots = [r for r in open_rows if r.get("levelOfDetail") == "LOT"]
    trades = [
        r
        for r in rows
        if r.tag == "Trade"
        and r.get("currency") == "USD"
        and r.get("assetCategory") in {"STK", "FUND"}
        and r.get("netCash") is not None
    ]
    told: Figures = {}
    if lots:
        told["lots"] = Decimal(len(lots))
        told["basis (lots)"] = sum(map(_lot_basis, lots), Decimal(0))
    if trades:
        told["net cash (stock trades)"] = total(r.get("netCash") for r in trades)
    return told


def _lot_basis(row: ElementTree.Element) -> Decimal:
    money = number(row.get("costBasisMoney"))
    each = number(row.get("costBasisPrice")) or Decimal(0)
    return each * (number(row.get("position")) or Decimal(0)) if money is None else money


def signed(t: Transaction) -> Decimal:
    """Return the cash a ledger row moved; only purchases are stored as what they cost."""
    return -t.amount if t.type in ACQUISITIONS else t.amount


def held(household: Path, kind: str) -> Figures:
    """Return the household's figures to set beside the file's."""
    with open_book(household, view_only=True) as book:
        ledger, lots = book.transactions(), book.lots()
        stocks = {s.id for s in book.securities() if s.kind is not SecurityKind.OPTION}
        days = [p.on for _, p in book.prices(date(1990, 1, 1), date(2099, 1, 1))]
    shares = sum((lot.shares for lot in lots), Decimal(0))
    basis = sum((lot.cost_basis or Decimal(0) for lot in lots), Decimal(0))
    if kind == "positions":
        _, accounts, _ = run("accounts", "--household", household, "--as-of", max(days))
        value = total(a["value"] for a in accounts)
        return {"value (file's total)": value, "value (column)": value, "basis (column)": basis}
    if kind == "flex":
        trades = [
            t
            for t in ledger
            if t.type in {TransactionType.BUY, TransactionType.SELL} and t.security_id in stocks
        ]
        return {
            "lots": Decimal(len(lots)),
            "basis (lots)": basis,
            "net cash (stock trades)": sum((signed(t) for t in trades), Decimal(0)),
        }
    moved = sum((signed(t) for t in ledger), Decimal(0))
    return {
        "shares (file's total)": shares,
        "shares (column)": shares,
        "basis (file's total)": basis,
        "amounts (column)": moved,
        "amounts (file's total)": moved,
    }


TOLD: dict[str, Callable[[Path], Figures]] = {
    "positions": told_positions,
    "lots": told_lots,
    "transactions": told_amounts,
    "flex": told_flex,
}


def compared(path: Path, household: Path, kind: str) -> str:
    """Return the file's figures, and the household's where they differ."""
    if path.suffix == ".json":
        return ""
    ours = held(household, kind)
    words = []
    for name, figure in TOLD[kind](path).items():
        mine = ours[name]
        same = abs(mine - figure) <= Decimal("0.01")
        words.append(f"{name} {figure:,f}" + (" =" if same else f" ≠ {mine.normalize():,f}"))
    return "; ".join(words)


def reported(problems: list[dict[str, Any]]) -> str:
    """Return how many findings of each severity, and the gravest in words."""
    counts = Counter(p["severity"] for p in problems)
    said = ", ".join(f"{counts[s]} {s}" for s in ("error", "warning", "info") if counts[s])
    worst = next((p for s in ("error", "warning") for p in problems if p["severity"] == s), None)
    if worst is None:
        return said or "nothing"
    line = f"line {worst['line']}: " if worst["line"] else ""
    return f"{said}: {line}{worst['message'].replace('|', '/')}"


def take_in(path: Path, folder: Path) -> Row:
    """Import one file into a household of its own: first dry, then for real, then once more."""
    household = folder / f"{path.stem}.harvest"
    name = path.relative_to(SAMPLES).as_posix()
    dry, looked, words = run("import", path, "--household", household, "--dry-run")
    if household.exists():
        raise AssertionError(f"{name}: the dry run made a household")
    code, done, words = run("import", path, "--household", household)
    if code != dry:
        raise AssertionError(f"{name}: the dry run ended with {dry}, the import with {code}")
    if code:
        if household.exists():
            raise AssertionError(f"{name}: refused, but a household was made")
        return Row(name, f"refused ({code})", words.partition(": ")[2].replace("|", "/"), "")
    (file,) = done["files"]
    if looked["files"] != done["files"]:
        raise AssertionError(f"{name}: the dry run said something else than the import")
    _, again, _ = run("import", path, "--household", household)
    if again["files"][0]["imported"]:
        raise AssertionError(f"{name}: a second import added rows")
    read = f"{file['broker']} {file['kind']}: {file['imported']} of {file['rows']} rows"
    return Row(name, read, reported(file["problems"]), compared(path, household, file["kind"]))


def print_table() -> int:
    """Print the table of every sample of the three brokers."""
    if not SAMPLES.is_dir():
        sys.stdout.write(f"skipped: there is no {SAMPLES}\n")
        return 0
    sys.stdout.write("| file | read | reported | the file's figures, and the household's |\n")
    sys.stdout.write("| --- | --- | --- | --- |\n")
    with tempfile.TemporaryDirectory() as folder:
        for broker in BROKERS:
            for path in sorted(p for p in (SAMPLES / broker).rglob("*") if p.is_file()):
                row = take_in(path, Path(folder))
                sys.stdout.write(f"| {row.file} | {row.read} | {row.reported} | {row.compared} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(print_table())
