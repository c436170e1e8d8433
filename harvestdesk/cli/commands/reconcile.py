"""`reconcile`: brokers' closed lots beside the household's own sales."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from harvestdesk.cli.commands.reports import SUFFIXES, write_report
from harvestdesk.cli.run import Run, Subparsers, a_path, add_household, add_json
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import decimal_text, money_text
from harvestdesk.domain.reconciliation import (
    AccountTotals,
    ByTerm,
    Difference,
    FileCompared,
    Reconciliation,
    SaleSide,
    SideTotals,
)
from harvestdesk.reports.figures import count, day, usd
from harvestdesk.reports.tax_forms.reconciliation import reconciliation_report
from harvestdesk.reports.tax_forms.reconciliation_words import KINDS, detail
from harvestdesk.services.books import open_book
from harvestdesk.services.context import AppContext
from harvestdesk.services.reconcile import reconcile


def add_parsers(commands: Subparsers) -> None:
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "reconcile", help="compare brokers' closed-lot files with the household's own sales"
    )
    parser.add_argument("files", nargs="+", type=a_path, metavar="FILE")
    add_household(parser)
    parser.add_argument("--year", type=int, metavar="Y", help="tax year; default: all in the files")
    parser.add_argument("--account", metavar="ID", help="account of files that name none")
    parser.add_argument("--out", type=a_path, metavar="FILE", help="also write it: .pdf or .csv")
    add_json(parser)
    parser.set_defaults(run=run_reconcile)


def run_reconcile(run: Run) -> None:
    """Compare; nothing is stored."""
    args = run.args
    out: Path | None = args.out
    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise BadInputError(
            f"{out.name}: the comparison is written as {' or '.join(SUFFIXES)}; choose one as the suffix.",
            code="report.suffix",
        )
    with open_book(args.household, view_only=True) as book:
        ctx = AppContext(book)
        names = {a.id: a.name for a in book.accounts()}
        account = AccountId(args.account) if args.account else None
        found = reconcile(ctx, args.files, args.year, account)
        if out is not None:
            write_report(run, reconciliation_report(found, ctx.snapshot()), out)
    if run.out.as_json:
        run.out.document(_document(found, out))
    else:
        _tell(run, found, out, names)


def _tell(
    run: Run, found: Reconciliation, out: Path | None, names: Mapping[AccountId, str]
) -> None:
    run.out.say(
        f"{found.agreed} of {count(found.compared, 'sold lot')} found on both sides agree to the cent; "
        f"{count(len(found.differences), 'difference')}, {len(found.unexplained)} not explained."
    )
    run.out.table(
        ("account", "year", "here", "broker", "here less broker"),
        [
            (
                names.get(t.account_id, t.account_id),
                str(t.year),
                usd(t.ours.result.total),
                usd(t.theirs.result.total),
                usd(t.ours.result.total - t.theirs.result.total),
            )
            for t in found.totals
        ],
    )
    for row in found.differences:
        why = detail(row)
        run.out.say(
            f"{day(row.sold)} {row.symbol} in {names.get(row.account_id, row.account_id)}: "
            f"{KINDS[row.kind].title}, "
            f"{usd(row.effect.total)}" + (f" ({why})" if why else "")
        )
    if found.not_compared:
        others = ", ".join(names.get(a, a) for a in found.not_compared)
        run.out.say(f"Sold in these years too, and in none of the files: {others}.")
    for file in found.files:
        for problem in file.problems:
            run.out.say(f"{file.name}: {problem.severity.value}: {problem.described()}")
    for problem in found.problems:
        run.out.say(f"ledger: {problem.described()}")
    if out is not None:
        run.out.say(f"Wrote {out}")


def _document(found: Reconciliation, out: Path | None) -> dict[str, object]:
    return {
        "as_of": found.as_of.isoformat(),
        "years": list(found.years),
        "compared": found.compared,
        "agreed": found.agreed,
        "unexplained": len(found.unexplained),
        "ties_out": found.ties_out,
        "difference": _by_term(found.difference),
        "files": [_file(f) for f in found.files],
        "totals": [_totals(t) for t in found.totals],
        "differences": [_difference(d) for d in found.differences],
        "not_compared": list(found.not_compared),
        "problems": [p.described() for p in found.problems],
        "out": None if out is None else str(out),
    }


def _file(f: FileCompared) -> dict[str, object]:
    return {
        "name": f.name,
        "broker": f.broker,
        "kind": f.kind,
        "lots": f.lots,
        "left_out": f.left_out,
        "repeated": f.repeated,
        "accounts": list(f.accounts),
        "first": f.first.isoformat() if f.first else None,
        "last": f.last.isoformat() if f.last else None,
        "problems": [
            {"line": p.line, "severity": p.severity.value, "message": p.described()}
            for p in f.problems
        ],
    }


def _totals(t: AccountTotals) -> dict[str, object]:
    return {
        "account": t.account_id,
        "year": t.year,
        "here": _side_totals(t.ours),
        "broker": _side_totals(t.theirs),
    }


def _side_totals(s: SideTotals) -> dict[str, object]:
    return {
        "rows": s.rows,
        "unknown": s.unknown,
        "proceeds": money_text(s.proceeds),
        "basis": money_text(s.basis),
        "disallowed": money_text(s.disallowed),
        "result": _by_term(s.result),
    }


def _difference(d: Difference) -> dict[str, object]:
    words = KINDS[d.kind]
    return {
        "kind": d.kind.value,
        "explained": d.explained,
        "account": d.account_id,
        "symbol": d.symbol,
        "sold": d.sold.isoformat(),
        "shares": decimal_text(d.shares),
        "effect": _by_term(d.effect),
        "here": _side(d.ours),
        "broker": _side(d.theirs),
        "facts": dict(d.facts),
        "title": words.title,
        "detail": detail(d),
        "to_do": words.to_do,
        "authority": words.authority,
    }


def _side(s: SaleSide | None) -> dict[str, object] | None:
    if s is None:
        return None
    return {
        "rows": list(s.rows),
        "shares": decimal_text(s.shares),
        "acquired": s.acquired.isoformat() if s.acquired else None,
        "sold": s.sold.isoformat(),
        "proceeds": money_text(s.proceeds),
        "basis": None if s.basis is None else money_text(s.basis),
        "disallowed": money_text(s.disallowed) if s.shows_wash else None,
        "result": _by_term(s.result),
        "term": s.term.value if s.term else None,
        "box": s.box,
    }


def _by_term(amounts: ByTerm) -> dict[str, str]:
    return {
        "short": money_text(amounts.short),
        "long": money_text(amounts.long),
        "total": money_text(amounts.total),
    }
