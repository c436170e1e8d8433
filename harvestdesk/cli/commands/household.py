"""`households`, `accounts`, `lots`, `wash-calendar`: what is stored."""

import argparse
from pathlib import Path

from harvestdesk.cli.run import Run, Subparsers, a_path, add_household, add_json, iso_date
from harvestdesk.cli.viewing import viewed
from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import CENT, ZERO, money_text
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.books import list_books
from harvestdesk.services.views.lots import lots_json, lots_view
from harvestdesk.services.views.wash_calendar import wash_calendar_json, wash_calendar_view


def add_parsers(commands: Subparsers) -> None:
    """Add the commands."""
    books: argparse.ArgumentParser = commands.add_parser(
        "households", help="list the household files of the data folder"
    )
    books.add_argument("--folder", type=a_path, help="look here instead")
    add_json(books)
    books.set_defaults(run=run_households)
    for name, words, command in (
        ("accounts", "list the accounts of a household", run_accounts),
        ("lots", "list the tax lots", run_lots),
        (
            "wash-calendar",
            "what may not be bought, or sold at a loss, and until when",
            run_calendar,
        ),
    ):
        parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
        add_household(parser)
        parser.add_argument("--as-of", type=iso_date, metavar="D", help="day to view it on")
        if name == "lots":
            parser.add_argument("--account", metavar="ID", help="only this account")
        add_json(parser)
        parser.set_defaults(run=command)


def run_households(run: Run) -> None:
    """List household files.

    Raises:
        BadInputError: when the folder asked for isn't there.
    """
    folder: Path | None = run.args.folder
    if folder is not None and not folder.is_dir():
        raise BadInputError(
            f"There is no folder {folder}. Expected one that holds .harvest files.",
            code="households.folder",
        )
    entries = list_books(folder)
    if run.out.as_json:
        run.out.document(
            [
                {
                    "path": str(e.path),
                    "name": e.name,
                    "accounts": e.accounts,
                    "simulated": e.simulated,
                    "error": e.error,
                    "filing_status": e.tax.filing_status.value if e.tax else None,
                    "rate_source": e.tax.rate_source.value if e.tax else None,
                    "state": e.tax.state if e.tax else None,
                }
                for e in entries
            ]
        )
        return
    rows = [(e.name, str(e.accounts), str(e.path), e.error) for e in entries]
    run.out.table(("Household", "Accounts", "File", "Problem"), rows)


def run_accounts(run: Run) -> None:
    """List accounts with what they are worth."""
    with viewed(run) as (_ctx, snapshot):
        rows = [_account(snapshot, n) for n in range(len(snapshot.accounts))]
    if run.out.as_json:
        run.out.document(rows)
        return
    names = ("id", "name", "type_name", "custodian", "number_tail", "lots", "cash", "value")
    titles = ("Id", "Name", "Type", "Custodian", "Number", "Lots", "Cash", "Value")
    run.out.table(titles, [tuple(str(row[n]) for n in names) for row in rows])


def _account(snapshot: HouseholdSnapshot, number: int) -> dict[str, object]:
    account = snapshot.accounts[number]
    people = {p.id: p.name for p in snapshot.people}
    lots = [lot for lot in snapshot.lots if lot.account_id == account.id]
    cash = snapshot.cash.get(account.id, ZERO)
    cash_on = snapshot.cash_on.get(account.id)
    value = sum((snapshot.value_of(lot) for lot in lots), cash)
    rule = snapshot.rule_of[account.id]
    return {
        "id": account.id,
        "name": account.name,
        "type": account.type.value,
        "type_name": ACCOUNT_TYPE_NAMES[account.type],
        "taxable": account.type.is_taxable,
        "owners": [people.get(p, p) for p in account.owner_ids],
        "custodian": account.custodian,
        "number_tail": account.number_tail,
        "relief": account.relief.value,
        "reinvests": account.reinvests,
        "fractional": account.fractional,
        "role": rule.role.value,
        "menu": [snapshot.security_by_id[s].symbol for s in rule.menu],
        "cash_min": money_text(rule.cash_min),
        "cash_reserve": money_text(rule.cash_reserve),
        "cash_max": None if rule.cash_max is None else money_text(rule.cash_max),
        "lots": len(lots),
        "cash": money_text(cash),
        "cash_on": cash_on.isoformat() if cash_on else None,
        "value": money_text(value.quantize(CENT)),
    }


def run_lots(run: Run) -> None:
    """List lots with basis, term, gain and what wash-sale law says about selling them."""
    with viewed(run) as (_ctx, snapshot):
        known = {a.id for a in snapshot.accounts}
        if run.args.account and run.args.account not in known:
            raise BadInputError(
                f"There is no account {run.args.account}. Expected one of: {', '.join(sorted(known))}.",
                code="arguments.account",
            )
        rows = lots_json(lots_view(snapshot))
    if run.args.account:
        rows = [row for row in rows if row["account"] == run.args.account]
    if run.out.as_json:
        run.out.document(rows)
        return
    names = (
        "account_name", "symbol", "shares", "acquired", "term", "adjusted_basis", "value",
        "unrealised_gain", "status",
    )  # fmt: skip
    titles = ("Account", "Symbol", "Shares", "Acquired", "Term", "Basis", "Value", "Gain", "Status")
    run.out.table(titles, [tuple(str(row[n] or "") for n in names) for row in rows])


def run_calendar(run: Run) -> None:
    """List wash-sale locks."""
    with viewed(run) as (_ctx, snapshot):
        rows = wash_calendar_json(wash_calendar_view(snapshot))
    if run.out.as_json:
        run.out.document(rows)
        return
    titles = ("Symbols", "Locked", "First day", "Last day", "Safe from", "Because of")
    run.out.table(
        titles,
        [
            (
                ", ".join(str(s) for s in _strings(row["symbols"])),
                "buying" if row["kind"] == "buy_locked" else "selling at a loss",
                str(row["first_day"]),
                str(row["last_day"]),
                str(row["first_safe_day"]),
                f"{row['cause']} on {row['cause_on']}",
            )
            for row in rows
        ],
    )


def _strings(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []
