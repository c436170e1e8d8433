"""`backup`, `restore`, `check`: looking after the household file."""

import argparse

from harvestdesk.cli.run import Run, Subparsers, a_path, add_household, add_json
from harvestdesk.domain.errors import BadInputError
from harvestdesk.services.backup import back_up, restore
from harvestdesk.services.books import locate, open_book
from harvestdesk.services.check import check
from harvestdesk.services.clock import SystemClock
from harvestdesk.services.context import AppContext


def add_parsers(commands: Subparsers) -> None:
    """Add the commands."""
    backup: argparse.ArgumentParser = commands.add_parser("backup", help="write a checked copy now")
    add_household(backup)
    backup.add_argument(
        "--out", type=a_path, metavar="FILE", help="default: beside the household file"
    )
    add_json(backup)
    backup.set_defaults(run=run_backup)
    back: argparse.ArgumentParser = commands.add_parser(
        "restore", help="put a backup back; what was there is kept"
    )
    back.add_argument("backup", type=a_path, metavar="BACKUP")
    add_household(back)
    add_json(back)
    back.set_defaults(run=run_restore)
    look: argparse.ArgumentParser = commands.add_parser("check", help="integrity report")
    add_household(look)
    add_json(look)
    look.set_defaults(run=run_check)


def run_backup(run: Run) -> None:
    """Write a backup."""
    with open_book(run.args.household, view_only=True) as book:
        path = back_up(AppContext(book), run.args.out)
    if run.out.as_json:
        run.out.document({"backup": str(path)})
    else:
        run.out.say(f"Wrote {path}")


def run_restore(run: Run) -> None:
    """Put a backup back."""
    done = restore(run.args.backup, locate(run.args.household), SystemClock())
    kept = str(done.kept) if done.kept else None
    if run.out.as_json:
        run.out.document({"household": str(done.path), "kept": kept})
        return
    run.out.say(f"Restored {done.path}")
    if kept:
        run.out.say(f"What was there is kept as {kept}")


def run_check(run: Run) -> None:
    """Print the integrity report; findings that are errors make it bad input."""
    with open_book(run.args.household, view_only=True) as book:
        report = check(AppContext(book))
    if run.out.as_json:
        run.out.document(
            {
                "ok": report.ok,
                "accounts": report.accounts,
                "securities": report.securities,
                "lots": report.lots,
                "transactions": report.transactions,
                "plans": report.plans,
                "findings": [
                    {"severity": f.severity.value, "code": f.code, "message": f.described()}
                    for f in report.findings
                ],
            }
        )
    else:
        run.out.say(
            f"{report.accounts} accounts, {report.securities} securities, {report.lots} lots, "
            f"{report.transactions} ledger rows, {report.plans} plans."
        )
        for finding in report.findings:
            run.out.say(f"{finding.severity.value}: {finding.described()}")
    if not report.ok:
        raise BadInputError("The household file has errors; see the report.", code="check.failed")
    run.out.note("Everything agrees." if not report.findings else "No errors.")
