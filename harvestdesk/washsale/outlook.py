"""What wash-sale law says on a day: which lots may be sold at a loss, what may not be bought.

Deliberately careful and simple; the exact ledger (`check_plan`) judges a finished plan.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, IdenticalSetId, LotId, SecurityId
from harvestdesk.domain.lock import LockKind, LotStanding, WashLock
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import LotSale
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.wash_policy import (
    AcquiredBeforeSoldLot,
    OtherPlans,
    SpouseBasis,
    WashPolicy,
)
from harvestdesk.washsale.evidence import Coverage
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.purchases import (
    WashingPurchase,
    recent_purchases,
    scheduled_purchases,
)
from harvestdesk.washsale.rebuild import other_plans
from harvestdesk.washsale.recent_sales import LossSale, recent_loss_sales
from harvestdesk.washsale.window import first_safe_loss_sale, first_safe_purchase, window

_BySet = dict[IdenticalSetId, list[WashingPurchase]]


def lot_standings(
    snapshot: HouseholdSnapshot, policy: WashPolicy | None = None
) -> dict[LotId, LotStanding]:
    """Return the standing of every lot in the taxable accounts.

    A lot is blocked as a whole while any share bought in the window of a sale today, in any account
    of the household, is still held (or confirmed to come), is not of the lot's own purchase and has
    not been used as a replacement: disallowed = min(loss shares sold, such shares), so that the first
    share sold would be washed.
    """
    policy = policy or snapshot.household.wash
    index = SetIndex.of_snapshot(snapshot, policy)
    by_set = _blocking_by_set(snapshot, index, policy)
    coverage = Coverage(snapshot, index)
    judge = _Judge(snapshot, policy, coverage)
    return {
        lot.id: judge.standing(lot, by_set.get(index.set_of(lot.security_id), []))
        for lot in snapshot.lots
        if _is_taxable(snapshot, lot.account_id)
    }


def locks_on(snapshot: HouseholdSnapshot, policy: WashPolicy | None = None) -> tuple[WashLock, ...]:
    """Return the locks in force on the as-of date or ahead of it, by set name and day.

    Buy locks come from loss sales of the last 30 days, loss-sale locks from purchases of the last 30
    days that are still held and from scheduled ones of the next 30. Locks of a December sale run
    into January.
    """
    policy = policy or snapshot.household.wash
    index = SetIndex.of_snapshot(snapshot, policy)
    locks = [_buy_lock(index, sale) for sale in recent_loss_sales(snapshot, index, policy)]
    locks += _loss_sale_locks(snapshot, index, policy)
    return tuple(
        sorted(
            locks,
            key=lambda k: (index.name(k.identical_set_id), k.cause_on, k.kind, k.account_ids),
        )
    )


def buy_blocked(
    snapshot: HouseholdSnapshot, policy: WashPolicy | None = None
) -> dict[SecurityId, WashLock]:
    """Return the securities that must not be bought today, each with its longest lock."""
    policy = policy or snapshot.household.wash
    index = SetIndex.of_snapshot(snapshot, policy)
    blocked: dict[SecurityId, WashLock] = {}
    for sale in recent_loss_sales(snapshot, index, policy):
        lock = _buy_lock(index, sale)
        for security_id in lock.security_ids:
            held = blocked.get(security_id)
            if held is None or held.last_day < lock.last_day:
                blocked[security_id] = lock
    return blocked


def planned_locks(snapshot: HouseholdSnapshot, sales: Sequence[LotSale]) -> tuple[WashLock, ...]:
    """Return the buy locks the loss sales of a plan create, one for each identical set."""
    index = SetIndex.of_snapshot(snapshot)
    by_set: dict[IdenticalSetId, list[LotSale]] = defaultdict(list)
    for sale in sales:
        if sale.taxed and sale.gain < 0 and not index.exempt(sale.security_id):
            by_set[index.set_of(sale.security_id)].append(sale)
    day = snapshot.as_of
    return tuple(
        WashLock(
            set_id, index.members(set_id), LockKind.BUY_LOCKED,
            *window(day), first_safe_purchase(day), "planned", day,
            tuple(sorted({s.account_id for s in rows})),
            sum((s.shares for s in rows), ZERO),
            dollars=-sum((s.recognized for s in rows), ZERO),
        )
        for set_id, rows in sorted(by_set.items(), key=lambda item: index.name(item[0]))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PauseTask:
    """Automatic buying to switch off so that a loss sold today stands.

    Attributes:
        cause: `recurring`, `drip_scheduled` (a date is known) or `reinvestment` (the account
            reinvests dividends; no date is known).
        next_on: next purchase, or None.
        pause_through: last day it must stay off; `resume_on` is the first safe day.
        permanent: in an IRA-type account: left on, the loss is gone for good.
        confirmed: told by the person or the broker, not inferred.
    """

    set_id: IdenticalSetId
    account_id: AccountId
    security_id: SecurityId
    cause: str
    next_on: date | None
    pause_through: date
    resume_on: date
    permanent: bool
    confirmed: bool


def pause_tasks(
    snapshot: HouseholdSnapshot, security_ids: Iterable[SecurityId]
) -> tuple[PauseTask, ...]:
    """Return what to pause, in every account, if losses of `security_ids` are sold today.

    Scheduled purchases first; then accounts that reinvest dividends and hold a member of the set,
    for which no date is known.
    """
    index = SetIndex.of_snapshot(snapshot)
    sets = {index.set_of(s) for s in security_ids if not index.exempt(s)}
    _, through = window(snapshot.as_of)
    resume = first_safe_purchase(snapshot.as_of)
    ignored = _ignored_accounts(snapshot, snapshot.household.wash)
    tasks: dict[tuple[AccountId, SecurityId, str], PauseTask] = {}
    for plan in scheduled_purchases(snapshot, index):
        if plan.pausable and plan.set_id in sets and plan.account_id not in ignored:
            tasks.setdefault(
                (plan.account_id, plan.security_id, plan.cause),
                PauseTask(
                    plan.set_id, plan.account_id, plan.security_id, plan.cause, plan.on,
                    through, resume, plan.permanent, plan.evidence == "scheduled",
                ),
            )  # fmt: skip
    for lot in snapshot.lots:
        account = snapshot.account_by_id.get(lot.account_id)
        set_id = index.set_of(lot.security_id)
        dated = (lot.account_id, lot.security_id, "drip_scheduled") in tasks
        if account is None or not account.reinvests or set_id not in sets or dated:
            continue
        if account.id in ignored:
            continue
        tasks.setdefault(
            (lot.account_id, lot.security_id, "reinvestment"),
            PauseTask(
                set_id, lot.account_id, lot.security_id, "reinvestment", None,
                through, resume, not account.type.is_taxable, confirmed=False,
            ),
        )  # fmt: skip
    return tuple(tasks[key] for key in sorted(tasks))


def _is_taxable(snapshot: HouseholdSnapshot, account_id: AccountId) -> bool:
    account = snapshot.account_by_id.get(account_id)
    return account is not None and account.type.is_taxable


def _purchases(
    snapshot: HouseholdSnapshot, index: SetIndex, policy: WashPolicy
) -> list[WashingPurchase]:
    """Return the purchases that can wash a loss sold today, as the household reads the law."""
    ignored = _ignored_accounts(snapshot, policy)
    found = recent_purchases(snapshot, index) + scheduled_purchases(snapshot, index)
    return [p for p in found if p.account_id not in ignored]


def _ignored_accounts(snapshot: HouseholdSnapshot, policy: WashPolicy) -> frozenset[str]:
    """Return the accounts whose purchases are read to wash nothing."""
    ignores = policy.other_plans is OtherPlans.IGNORE
    return other_plans(snapshot.accounts) if ignores else frozenset()


def _blocking_by_set(snapshot: HouseholdSnapshot, index: SetIndex, policy: WashPolicy) -> _BySet:
    by_set: _BySet = defaultdict(list)
    for purchase in _purchases(snapshot, index, policy):
        if purchase.blocks:
            by_set[purchase.set_id].append(purchase)
    return by_set


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says of each lot what its set's purchases mean for it."""

    snapshot: HouseholdSnapshot
    policy: WashPolicy
    coverage: Coverage

    def standing(self, lot: TaxLot, purchases: Sequence[WashingPurchase]) -> LotStanding:
        """Return the standing of a lot among the purchases of its set that block."""
        own = lot.purchase or lot.id
        group = own if any(p.purchase == own for p in purchases) else ""
        evidence = self.coverage.lot_finding(lot).state
        since = lot.acquired_on
        counts = self.policy.acquired_before_sold_lot is AcquiredBeforeSoldLot.COUNTS
        if counts or since is None:
            since = date.min
        blocking = [p for p in purchases if p.purchase != own and p.on >= since]
        if not blocking:
            return LotStanding(lot.id, lot.shares, ZERO, group=group, evidence=evidence)
        # The worst one is named: a loss gone for good before a deferred one, then the longest.
        worst = max(blocking, key=lambda p: (self._is_lost(lot, p), p.on))
        matching = sum((p.shares for p in blocking), ZERO)
        return LotStanding(
            lot.id, ZERO, lot.shares,
            free_from=max(first_safe_loss_sale(p.on) for p in blocking),
            cause=worst.cause,
            permanent=self._is_lost(lot, worst),
            blocking_account_ids=tuple(sorted({p.account_id for p in blocking})),
            cause_on=worst.on,
            matching_shares=min(matching, lot.shares),
            pool_shares=matching,
            group=group,
            exact=all(p.exact and p.shares > 0 for p in blocking),
            evidence=evidence,
        )  # fmt: skip

    def _is_lost(self, lot: TaxLot, purchase: WashingPurchase) -> bool:
        return purchase.permanent or _lost_with_spouse(
            self.snapshot, self.policy, lot.account_id, purchase.account_id
        )


def _lost_with_spouse(
    snapshot: HouseholdSnapshot, policy: WashPolicy, seller: AccountId, buyer: AccountId
) -> bool:
    """True where a loss goes to somebody else's shares and the household reads it as lost."""
    if policy.spouse_basis is SpouseBasis.TO_SPOUSE:
        return False
    sellers, buyers = (set(snapshot.account_by_id[a].owner_ids) for a in (seller, buyer))
    return bool(sellers and buyers) and not sellers & buyers


def _buy_lock(index: SetIndex, sale: LossSale) -> WashLock:
    set_id = index.set_of(sale.security_id)
    return WashLock(
        set_id, index.members(set_id), LockKind.BUY_LOCKED,
        *window(sale.on), first_safe_purchase(sale.on), "loss_sale", sale.on,
        (sale.account_id,), sale.shares, dollars=sale.loss, evidence=sale.evidence,
    )  # fmt: skip


def _loss_sale_locks(
    snapshot: HouseholdSnapshot, index: SetIndex, policy: WashPolicy
) -> list[WashLock]:
    """Return one lock for each day, account and cause of purchases that could wash some lot."""
    lots: dict[IdenticalSetId, list[TaxLot]] = defaultdict(list)
    for lot in snapshot.lots:
        if _is_taxable(snapshot, lot.account_id):
            lots[index.set_of(lot.security_id)].append(lot)
    groups: dict[tuple[IdenticalSetId, AccountId, date, str, str], list[WashingPurchase]] = (
        defaultdict(list)
    )
    for p in _purchases(snapshot, index, policy):
        # A purchase washes no loss of its own shares: with nothing else held there is no lock.
        if any((lot.purchase or lot.id) != p.purchase for lot in lots.get(p.set_id, ())):
            groups[p.set_id, p.account_id, p.on, p.cause, p.evidence].append(p)
    return [
        WashLock(
            set_id, index.members(set_id), LockKind.LOSS_SALE_LOCKED,
            *window(on), first_safe_loss_sale(on), cause, on, (account_id,),
            sum((p.shares for p in rows), ZERO),
            permanent=rows[0].permanent
            or any(
                _lost_with_spouse(snapshot, policy, lot.account_id, account_id)
                for lot in lots[set_id]
            ),
            dollars=_loss_at_stake(snapshot, lots[set_id], {p.purchase for p in rows}),
            evidence=evidence,
        )
        for (set_id, account_id, on, cause, evidence), rows in groups.items()
    ]  # fmt: skip


def _loss_at_stake(snapshot: HouseholdSnapshot, lots: Iterable[TaxLot], own: set[str]) -> Decimal:
    """Return the unrealised losses, in dollars, of the lots a purchase keeps from being sold."""
    total = ZERO
    for lot in lots:
        price = snapshot.prices.get(lot.security_id)
        gain = None if price is None else lot.gain_at(price.value)
        if gain is not None and gain < 0 and (lot.purchase or lot.id) not in own:
            total -= gain
    return total
