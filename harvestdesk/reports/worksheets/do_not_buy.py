"""What not to buy, in which account, until when, and which automatic purchases to switch off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.errors import Notice
from harvestdesk.domain.ids import IdenticalSetId
from harvestdesk.domain.lock import LockKind, WashLock
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.codes import EVIDENCE_DOUBTS
from harvestdesk.reports.document import (
    Align,
    Block,
    Checklist,
    Column,
    Heading,
    PageBreak,
    Paragraph,
    Report,
    Row,
    Table,
    Tone,
)
from harvestdesk.reports.figures import count, day, joined, long_day, usd
from harvestdesk.reports.wording import cause_phrase, sentence
from harvestdesk.reports.worksheets.parts import (
    DISCLAIMER,
    account_label,
    account_name,
    household_line,
    running_head,
    symbol_of,
    symbols_of,
)
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.outlook import PauseTask, pause_tasks

_MATRIX_ACCOUNTS = 5
"""Accounts that fit beside each other on a page; more go into a further table."""


@dataclass(frozen=True, slots=True)
class BuyLock:
    """The buy locks of one identical set taken together: the longest one decides."""

    set_id: IdenticalSetId
    symbols: str
    causes: tuple[str, ...]
    last_day: date
    first_safe_day: date
    loss: Decimal


def buy_locks(snapshot: HouseholdSnapshot, locks: Iterable[WashLock]) -> tuple[BuyLock, ...]:
    """Return one entry for each set that must not be bought, by symbol."""
    groups: dict[IdenticalSetId, list[WashLock]] = {}
    for lock in locks:
        if lock.kind is LockKind.BUY_LOCKED and lock.last_day >= snapshot.as_of:
            groups.setdefault(lock.identical_set_id, []).append(lock)
    merged = [_merged(snapshot, group) for group in groups.values()]
    return tuple(sorted(merged, key=lambda lock: lock.symbols))


def do_not_buy_sheet(
    snapshot: HouseholdSnapshot, locks: Sequence[WashLock], notices: Sequence[Notice] = ()
) -> Report:
    """Return the do-not-buy list, one page for each account, with what to switch off there.

    Args:
        snapshot: the household.
        locks: locks in force and, where a plan is meant, those it makes; loss-sale locks are left out.
        notices: those of the plan; what it does not know for sure is said on the first page.
    """
    held = buy_locks(snapshot, locks)
    blocks: list[Block] = [Paragraph(_answer(held), Tone.LEAD), Paragraph(RULE)]
    blocks += [Paragraph(sentence(n), Tone.WARNING) for n in notices if n.code in EVIDENCE_DOUBTS]
    tasks = _tasks(snapshot, locks)
    for number, account in enumerate(snapshot.accounts):
        if number:
            blocks.append(PageBreak())
        blocks += _account_page(snapshot, account, held, tasks)
    blocks.append(Paragraph(DISCLAIMER, Tone.SMALL))
    return Report(
        title="Do not buy",
        header=(
            ("Household", household_line(snapshot)),
            ("As of", long_day(snapshot.as_of)),
        ),
        blocks=tuple(blocks),
        footer="Do-not-buy list",
        simulated=snapshot.household.simulated,
        running=running_head(snapshot),
        dated=snapshot.as_of,
    )


RULE = (
    "Buying includes reinvested dividends, automatic orders, vesting shares, options on the security and "
    "anything else in its identical set, by you or your spouse in any account. Bought in a taxable account, "
    "the loss is added to the new shares; bought in an IRA or other retirement account, it is lost for good "
    "(Rev. Rul. 2008-5)."
)


def matrix_tables(snapshot: HouseholdSnapshot, locks: Iterable[WashLock]) -> tuple[Table, ...]:
    """Return the first safe day of each locked set in each account, all accounts side by side."""
    held = buy_locks(snapshot, locks)
    accounts = snapshot.accounts
    chunks = [
        accounts[n : n + _MATRIX_ACCOUNTS]
        for n in range(0, max(1, len(accounts)), _MATRIX_ACCOUNTS)
    ]
    return tuple(_matrix(held, chunk) for chunk in chunks)


def pause_items(snapshot: HouseholdSnapshot, locks: Sequence[WashLock]) -> tuple[str, ...]:
    """Return what to switch off, in every account, as things to do."""
    return tuple(
        f"{account_name(snapshot, task.account_id)}: {_pause_words(snapshot, task)}"
        for task in _tasks(snapshot, locks)
    )


def lock_blocks(snapshot: HouseholdSnapshot, locks: Sequence[WashLock]) -> list[Block]:
    """Return what not to buy and until when, and what to switch off, as a part of a plan's sheet."""
    blocks: list[Block] = [
        Heading("What not to buy, and until when"),
        *matrix_tables(snapshot, locks),
        Paragraph(RULE, Tone.SMALL),
        Heading("Automatic purchases to switch off", 2),
    ]
    items = pause_items(snapshot, locks)
    if items:
        blocks.append(Checklist(items))
    else:
        blocks.append(Paragraph("No automatic purchase of what is sold is known in any account."))
    return blocks


def _matrix(held: Sequence[BuyLock], accounts: Sequence[Account]) -> Table:
    columns = (
        Column("Do not buy", width_share=150),
        Column("Locked through", width_share=125),
        *(Column(_account_head(a), width_share=150) for a in accounts),
    )
    rows = tuple(
        Row(
            (
                lock.symbols,
                day(lock.last_day),
                *(f"from {day(lock.first_safe_day)}{_mark(a)}" for a in accounts),
            )
        )
        for lock in held
    )
    return Table(
        columns,
        rows,
        caption="First safe day to buy, by account. † IRA or retirement account: a purchase before that day "
        "destroys the loss for good.",
        empty_text="Nothing is locked against purchases.",
    )


def _account_page(
    snapshot: HouseholdSnapshot,
    account: Account,
    held: Sequence[BuyLock],
    tasks: Sequence[PauseTask],
) -> list[Block]:
    taxable = account.type.is_taxable
    effect = (
        "Bought in this account before the safe day, the loss is deferred into the new shares."
        if taxable
        else "Bought in this account before the safe day, the loss is lost for good (Rev. Rul. 2008-5)."
    )
    columns = (
        Column("Do not buy", width_share=140),
        Column("Because of", width_share=260),
        Column("Loss at stake", Align.RIGHT, 130, total=True),
        Column("Locked through", width_share=130),
        Column("Safe to buy from", width_share=140),
    )
    rows = tuple(
        Row(
            (
                lock.symbols,
                joined(lock.causes),
                usd(lock.loss),
                day(lock.last_day),
                day(lock.first_safe_day),
            )
        )
        for lock in held
    )
    totals = ("Total", "", usd(sum((k.loss for k in held), Decimal(0))), "", "")
    blocks: list[Block] = [
        Heading(account_label(snapshot, account.id)),
        Paragraph(effect, Tone.BODY if taxable else Tone.WARNING),
        Table(columns, rows, totals, empty_text="Nothing is locked against purchases."),
    ]
    items = [_pause_words(snapshot, t) for t in tasks if t.account_id == account.id]
    if items:
        blocks += [Heading("Switch off in this account", 2), Checklist(tuple(items))]
    elif held:
        blocks.append(Paragraph("No automatic purchase of these is known in this account."))
    return blocks


def _answer(held: Sequence[BuyLock]) -> str:
    if not held:
        return "Nothing is locked: no loss was sold in the last 30 days and none is planned."
    last = max(lock.first_safe_day for lock in held)
    return (
        f"Do not buy {count(len(held), 'security', 'securities')} in any account of the household; "
        f"the last of them is safe to buy from {long_day(last)}."
    )


def _tasks(snapshot: HouseholdSnapshot, locks: Iterable[WashLock]) -> tuple[PauseTask, ...]:
    locked = {s for lock in locks if lock.kind is LockKind.BUY_LOCKED for s in lock.security_ids}
    return pause_tasks(snapshot, sorted(locked))


def _pause_words(snapshot: HouseholdSnapshot, task: PauseTask) -> str:
    symbol = symbol_of(snapshot, task.security_id)
    until = f"through {long_day(task.pause_through)}; resume on {long_day(task.resume_on)}"
    coming = f" (next expected {long_day(task.next_on)})" if task.next_on else ""
    last = " Left on, the loss is gone for good." if task.permanent else ""
    match task.cause:
        case "reinvestment" | "drip" | "drip_scheduled":
            return f"Turn off dividend reinvestment of {symbol}{coming} {until}.{last}"
        case "recurring":
            return f"Pause the automatic purchase of {symbol}{coming} {until}.{last}"
        case cause:
            return f"Stop or avoid {cause_phrase(cause)} of {symbol}{coming} {until}.{last}"


def _merged(snapshot: HouseholdSnapshot, group: Sequence[WashLock]) -> BuyLock:
    index = SetIndex.of_snapshot(snapshot)
    first = group[0]
    causes = dict.fromkeys(f"{cause_phrase(lock.cause)} on {day(lock.cause_on)}" for lock in group)
    ids = {s for lock in group for s in lock.security_ids} or set(
        index.members(first.identical_set_id)
    )
    return BuyLock(
        first.identical_set_id,
        symbols_of(snapshot, sorted(ids)),
        tuple(causes),
        max(lock.last_day for lock in group),
        max(lock.first_safe_day for lock in group),
        sum((lock.dollars for lock in group), Decimal(0)),
    )


def _account_head(account: Account) -> str:
    return f"{account.name}{_mark(account)}"


def _mark(account: Account) -> str:
    return "" if account.type.is_taxable else "\u00a0†"
