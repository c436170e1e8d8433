"""From files to the household after the import: what is stored, what comes out, and writing it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from harvestdesk.domain.account import Account
from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import AccountId, SecurityId, TransactionId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import decimal_text
from harvestdesk.domain.security import Security
from harvestdesk.importers.batch import ImportBatch
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.classify import SecurityBook
from harvestdesk.services.importing.keys import Holding
from harvestdesk.services.importing.positions import position_settings, stated_positions
from harvestdesk.services.importing.rebuilding import LedgerInput, refreshed_lots
from harvestdesk.services.importing.relations import Relations
from harvestdesk.services.importing.schedule import inferred_schedule
from harvestdesk.services.importing.staging import FileCount, NewId, Stage, Stored
from harvestdesk.services.importing.starter import identical_starters, replacement_starters
from harvestdesk.store.database import HouseholdBook, HouseholdWriter
from harvestdesk.store.records import ImportRecord
from harvestdesk.tax.household_tax import least_tax_of

AccountOf = Callable[[str], AccountId]
Routed = tuple[ImportBatch, AccountOf]


@dataclass(frozen=True)
class Outcome:
    """The household after an import, as far as it differs.

    Attributes:
        counts: rows of each file by what becomes of them.
        problems: what the reader of each file found.
        by_tax: sales take least tax, so that facts of the household's tax reach the lots.
    """

    accounts: tuple[Account, ...]
    securities_added: tuple[Security, ...]
    securities_changed: tuple[Security, ...]
    stage: Stage
    lots: tuple[TaxLot, ...]
    relations: Relations
    relations_before: Relations
    counts: tuple[FileCount, ...]
    problems: tuple[tuple[Problem, ...], ...]
    by_tax: bool = False


def stored_of(ctx: AppContext, batches: Sequence[ImportBatch]) -> Stored:
    """Return what the book holds, as far as these files are compared with it."""
    book = ctx.book
    days = _price_days(batches, ctx.as_of())
    cash: dict[tuple[AccountId, date], Decimal] = {}
    for on in {row.on or b.as_of or ctx.as_of() for b in batches for row in b.cash}:
        amounts, dates = book.cash(on)
        cash.update({(a, on): v for a, v in amounts.items() if dates[a] == on})
    return Stored(
        accounts=tuple(book.accounts()),
        transactions=tuple(book.transactions()),
        statement_lots=tuple(book.statement_lots()),
        lots=tuple(book.lots()),
        prices=frozenset(
            (security_id, price.on, price.value)
            for security_id, price in (book.prices(days[0], days[-1]) if days else ())
        ),
        cash=cash,
        volumes=book.volume_history() if any(b.kind == "prices" for b in batches) else {},
        positions=stated_positions(book.settings()),
        relations=relations_of(book),
    )


def relations_of(book: HouseholdBook) -> Relations:
    """Return what a book holds beside holdings and the ledger."""
    return Relations(
        tuple(book.scheduled()),
        tuple(book.class_targets()),
        tuple(book.security_targets()),
        tuple(book.identical_sets()),
        tuple(book.replacements()),
        tuple(book.equivalents()),
        tuple(book.external_gains()),
        tuple(book.law_changes()),
        tuple(book.account_rules()),
        tuple(book.outside_holdings()),
    )


def outcome_of(
    ctx: AppContext,
    stored: Stored,
    routed: Sequence[Routed],
    new_accounts: tuple[Account, ...],
    new_id: NewId,
) -> Outcome:
    """Work out the household after the import; nothing is written."""
    securities = SecurityBook(ctx.book.securities(), new_id)
    stage = Stage(stored, securities, new_id, ctx.as_of())
    counts = tuple(stage.add(batch, account_of) for batch, account_of in routed)
    accounts = (*stored.accounts, *new_accounts)
    relations = _with_starters(stage, securities, accounts, new_id, ctx.as_of())
    known = securities.by_id()
    household, transactions = ctx.book.household(), stage.all_transactions()
    external, laws = relations.external_gains, relations.law_changes
    facts = LedgerInput(
        accounts,
        transactions,
        stage.lots(),
        relations.identical_sets,
        tuple(known.values()),
        household.wash,
        least_tax_of(accounts, transactions, household.tax, external, laws),
    )
    rebuilt = refreshed_lots(facts, stored.lots, _touched(stage, securities, relations, stored))
    _report_oversold(stage, rebuilt.problems, counts)
    _reconcile(stage, rebuilt.lots, known)
    return Outcome(
        new_accounts,
        tuple(securities.added.values()),
        tuple(securities.changed.values()),
        stage,
        rebuilt.lots,
        relations,
        stored.relations,
        counts,
        tuple(settled_problems(batch, account_of, stage) for batch, account_of in routed),
        by_tax=facts.tax_of is not None,
    )


def _touched(
    stage: Stage, securities: SecurityBook, relations: Relations, stored: Stored
) -> set[SecurityId]:
    """Return the securities whose lots may differ after the import."""
    if securities.changed or relations.identical_sets != stored.relations.identical_sets:
        return set(securities.by_id())
    touched = {t.security_id for t in stage.transactions if t.security_id is not None}
    return touched | {holding[1] for holding in stage.statements}


def _report_oversold(
    stage: Stage, problems: Sequence[Problem], counts: Sequence[FileCount]
) -> None:
    """Put each sale of too many shares to the line it stands on, others to the last file."""
    for problem in problems:
        count, line = stage.lines.get(TransactionId(problem.text), (None, None))
        if count is not None:
            count.problems.append(replace(problem, line=line))
        elif counts:
            counts[-1].problems.append(problem)


def _with_starters(
    stage: Stage,
    securities: SecurityBook,
    accounts: Sequence[Account],
    new_id: NewId,
    as_of: date,
) -> Relations:
    """Add what the built-in tables and the history suggest where the household has said nothing."""
    relations = stage.relations
    everything = list(securities.by_id().values())
    identical = identical_starters(everything, relations.identical_sets)
    return replace(
        relations,
        identical_sets=identical,
        replacements=replacement_starters(everything, relations.replacements, identical),
        scheduled=(
            *relations.scheduled,
            *inferred_schedule(
                accounts, stage.all_transactions(), relations.scheduled, as_of, new_id
            ),
        ),
    )


def _reconcile(
    stage: Stage, lots: Sequence[TaxLot], securities: dict[SecurityId, Security]
) -> None:
    """Compare each position a file states with the lots the household now has."""
    held: dict[Holding, Decimal] = defaultdict(Decimal)
    for lot in lots:
        held[lot.account_id, lot.security_id] += lot.shares
    for holding, (shares, on, line, count) in stage.positions.items():
        if held[holding] == shares:
            continue
        symbol = securities[holding[1]].symbol
        count.problems.append(
            Problem(
                Severity.WARNING,
                f"the file holds {decimal_text(shares)} shares of {symbol} on {on}, but the lots add "
                f"up to {decimal_text(held[holding])}; import the lots or the missing history",
                line,
                code="positions.differ",
            )
        )


def settled_problems(
    batch: ImportBatch, account_of: AccountOf, stage: Stage
) -> tuple[Problem, ...]:
    """Return a reader's findings; a missing cost is no warning where a lot file gives the basis."""
    rows = {row.line: row for row in batch.transactions}
    found: list[Problem] = []
    for problem in batch.problems:
        row = rows.get(problem.line or 0) if problem.code == "basis.missing" else None
        if row is not None and stage.is_stated(account_of(row.account_key), row.symbol):
            message = "shares came in without a cost; the broker's lot file gives their basis"
            found.append(replace(problem, severity=Severity.INFO, message=message))
        else:
            found.append(problem)
    return tuple(found)


def write_outcome(w: HouseholdWriter, outcome: Outcome, records: Sequence[ImportRecord]) -> None:
    """Write an outcome and the record of each file inside an open undo step."""
    stage = outcome.stage
    if outcome.accounts:
        w.put_accounts(outcome.accounts)
    if outcome.securities_added or outcome.securities_changed:
        w.put_securities((*outcome.securities_added, *outcome.securities_changed))
    for record, transactions in zip(records, stage.transactions_of, strict=True):
        w.add_import(record)
        if transactions:
            w.add_transactions(transactions, record.id)
    for (account_id, security_id), lots in stage.statements.items():
        w.replace_statement_lots(account_id, [security_id], lots)
    if stage.transactions or stage.statements or _tax_differs(outcome):
        touched = {t.account_id for t in stage.transactions} | {h[0] for h in stage.statements}
        touched |= {lot.account_id for lot in outcome.lots}
        w.replace_lots(sorted(touched), outcome.lots)
    if stage.prices:
        w.put_prices(stage.prices)
    w.put_volumes(stage.volumes)
    for row in stage.cash:
        w.put_cash(*row)
    for key, value in position_settings(stage.stated, stage.stated_before):
        w.put_setting(key, value)
    _write_relations(w, outcome.relations, outcome.relations_before)


def _tax_differs(outcome: Outcome) -> bool:
    after, before = outcome.relations, outcome.relations_before
    facts = (after.external_gains, after.law_changes)
    return outcome.by_tax and facts != (before.external_gains, before.law_changes)


def _write_relations(w: HouseholdWriter, after: Relations, before: Relations) -> None:
    writes: dict[str, Callable[[Any], None]] = {
        "scheduled": w.put_scheduled,
        "class_targets": w.replace_class_targets,
        "security_targets": w.replace_security_targets,
        "identical_sets": w.replace_identical_sets,
        "replacements": w.replace_replacements,
        "equivalents": w.replace_equivalents,
        "external_gains": w.replace_external_gains,
        "law_changes": w.replace_law_changes,
        "account_rules": w.replace_account_rules,
        "outside": w.replace_outside_holdings,
    }
    for name, write in writes.items():
        if getattr(after, name) != getattr(before, name):
            write(getattr(after, name))


def _price_days(batches: Sequence[ImportBatch], as_of: date) -> list[date]:
    days = {row.on for b in batches for row in b.prices}
    days |= {row.price_on or b.as_of or as_of for b in batches for row in b.positions}
    return sorted(days)
