"""Which accounts a plan trades in, what they offer, and how much cash each must and may end with (methods 4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot

OF_GAINS = frozenset({PlanKind.GAIN_HARVEST, PlanKind.GIFT})
"""Plans about the long-term gains of taxable accounts."""


class CashAsked(StrEnum):
    """What an account's cash asks of a plan."""

    NOTHING = "nothing"
    """It stays as it is, but for what is sold and bought."""
    RAISE = "raise"
    """Below its least: something must be sold."""
    OUT_OF_REACH = "out_of_reach"
    """Below its least, and nothing that may be sold brings it there."""
    HOLD = "hold"
    """Between least and reserve: neither invested nor raised."""
    MAY_INVEST = "may_invest"
    MUST_INVEST = "must_invest"
    """Above its most, or asked to be put to work."""


@dataclass(frozen=True, slots=True)
class CashState:
    """One account's cash in dollars: before the plan, and the least and most after it."""

    account_id: AccountId
    before: Decimal
    least: Decimal
    most: Decimal
    asked: CashAsked = CashAsked.NOTHING


def barred_code(snapshot: HouseholdSnapshot, settings: PlanSettings, account: Account) -> str:
    """Return the code of why nothing trades in an account; empty where it may."""
    if account.type.is_taxable and account.id not in snapshot.return_accounts.ids:
        return "other_return"
    if snapshot.rule_of[account.id].role is AccountRole.NEVER:
        return "never_trade_account"
    if settings.account_ids and account.id not in settings.account_ids:
        return "account_not_trading"
    if account.type.is_taxable:
        return ""
    if settings.kind is PlanKind.HARVEST_TARGET:
        return "ira"
    return "gains_not_taxed" if settings.kind in OF_GAINS else ""


def trading_accounts(snapshot: HouseholdSnapshot, settings: PlanSettings) -> frozenset[AccountId]:
    """Return the accounts that trade."""
    return frozenset(a.id for a in snapshot.accounts if not barred_code(snapshot, settings, a))


def offers(
    account: Account,
    menu: frozenset[SecurityId] | None,
    security: Security,
) -> bool:
    """Return whether a security may be bought in an account at all; `menu` is None where it offers everything."""
    if security.asset_class is AssetClass.MUNI_BOND and not account.type.is_taxable:
        return False  # exempt interest is wasted there (methods 4.6)
    return menu is None or security.id in menu


def menu_of(
    snapshot: HouseholdSnapshot, account: Account, held: frozenset[SecurityId]
) -> frozenset[SecurityId] | None:
    """Return what may be bought in an account: its menu, or what it is taken to be; None: anything.

    What it holds is all that a workplace plan without a menu is known to offer. An account with a model of its own
    (a direct index, say) is meant to hold that model: what it names, what is there already, and their replacements.
    """
    rule = snapshot.rule_of[account.id]
    if rule.menu:
        return frozenset(rule.menu)
    if account.type is AccountType.PLAN_401K:
        return held
    if account.id not in modelled(snapshot):
        return None
    own = held | {t.security_id for t in snapshot.security_targets if t.account_id == account.id}
    rows = snapshot.replacements
    return own | {r.replacement_id for r in rows if r.buy_allowed and r.security_id in own}


def workplace_funds(snapshot: HouseholdSnapshot) -> frozenset[SecurityId]:
    """Return the mutual funds that only workplace plans hold or offer: shares for plans, not sold elsewhere."""
    inside: set[SecurityId] = set()
    outside = {r.replacement_id for r in snapshot.replacements if r.buy_allowed}
    plans = {a.id for a in snapshot.accounts if a.type is AccountType.PLAN_401K}
    named = [(x.account_id, x.security_id) for x in snapshot.lots]
    named += [(t.account_id, t.security_id) for t in snapshot.security_targets if t.weight > 0]
    named += [(r.account_id, s) for r in snapshot.account_rules for s in r.menu]
    for account_id, security_id in named:
        (inside if account_id in plans else outside).add(security_id)
    funds = {s.id for s in snapshot.securities if s.kind is SecurityKind.MUTUAL_FUND}
    return frozenset((inside - outside) & funds)


def modelled(snapshot: HouseholdSnapshot) -> frozenset[AccountId]:
    """Return the accounts with targets of securities of their own, and no menu."""
    rules = snapshot.rule_of
    ids = {t.account_id for t in snapshot.security_targets if t.weight > 0}
    return frozenset(a for a in ids if a in rules and not rules[a].menu)


def receivers(snapshot: HouseholdSnapshot, settings: PlanSettings) -> tuple[AccountId, ...]:
    """Return where a contribution arrives: the accounts named, or the first taxable one that trades.

    Accounts the household trades in first come before the others.
    """
    if settings.source_ids:
        return tuple(dict.fromkeys(settings.source_ids))
    trading = trading_accounts(snapshot, settings)
    open_to = [a for a in snapshot.accounts if a.id in trading and a.type.is_taxable]
    first = [a for a in open_to if snapshot.rule_of[a.id].role is AccountRole.FIRST]
    return tuple(a.id for a in (first or open_to)[:1])


def payers(snapshot: HouseholdSnapshot, settings: PlanSettings) -> frozenset[AccountId]:
    """Return the accounts a withdrawal may come from: those named, or every taxable one of the return."""
    if settings.source_ids:
        return frozenset(settings.source_ids)
    ids = snapshot.return_accounts.ids
    rules = snapshot.rule_of
    return frozenset(
        a.id for a in snapshot.accounts if a.id in ids and rules[a.id].role is not AccountRole.NEVER
    )


def cash_states(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    arrived: Mapping[AccountId, Decimal],
    sellable: Mapping[AccountId, Decimal],
    buyers: frozenset[AccountId],
    kept: Decimal = ZERO,
) -> tuple[CashState, ...]:
    """Return every account's cash state, in the accounts' order.

    Args:
        snapshot: with what has arrived among its cash.
        settings: what is asked.
        arrived: new cash by account.
        sellable: dollars that may be sold, by account.
        buyers: accounts in which something may be bought.
        kept: cash the targets mean the household to hold; what is beyond it is idle.
    """
    trading = trading_accounts(snapshot, settings)
    states = tuple(
        _state(snapshot, settings, account, arrived, sellable, buyers)
        if account.id in trading
        else _as_it_is(snapshot, account.id)
        for account in snapshot.accounts
    )
    if settings.kind is PlanKind.INVEST and settings.amount is None:
        return _idle_invested(states, buyers & trading, kept)
    return states


def _as_it_is(snapshot: HouseholdSnapshot, account_id: AccountId) -> CashState:
    cash = snapshot.cash.get(account_id, ZERO)
    return CashState(account_id, cash, cash, cash)


def _state(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    account: Account,
    arrived: Mapping[AccountId, Decimal],
    sellable: Mapping[AccountId, Decimal],
    buyers: frozenset[AccountId],
) -> CashState:
    cash, rule = snapshot.cash.get(account.id, ZERO), snapshot.rule_of[account.id]
    kind, can_buy = settings.kind, account.id in buyers
    if kind is PlanKind.INVEST:
        new = arrived.get(account.id, ZERO)
        if settings.amount is None:
            return CashState(account.id, cash, min(cash, rule.cash_reserve), cash)
        idle = min(new, max(ZERO, cash - rule.cash_reserve)) if can_buy else ZERO
        asked = CashAsked.MUST_INVEST if idle > 0 else CashAsked.NOTHING
        return CashState(account.id, cash, cash - idle, cash - idle, asked)
    if kind is PlanKind.HARVEST_TARGET or kind in OF_GAINS:
        return _as_it_is(snapshot, account.id)
    if kind is PlanKind.WITHDRAW:
        # What is paid out comes off; a payer's own least is all it must keep.
        least = min(cash, rule.cash_min)
        return CashState(account.id, cash, least, max(cash, least))
    return _by_rule(rule, cash, sellable.get(account.id, ZERO), can_buy=can_buy)


def _by_rule(rule: AccountRule, cash: Decimal, sellable: Decimal, *, can_buy: bool) -> CashState:
    """Return the state of methods 4.4 of an account that trades."""
    if cash < 0 and rule.cash_min <= 0:
        # A balance below zero (margin) may stay where nobody asked for a least, but not fall.
        return CashState(rule.account_id, cash, cash, cash)
    if cash < rule.cash_min:
        if cash + sellable < rule.cash_min:
            return CashState(rule.account_id, cash, cash, cash, CashAsked.OUT_OF_REACH)
        most = max(rule.cash_min, rule.cash_reserve)
        return CashState(rule.account_id, cash, rule.cash_min, most, CashAsked.RAISE)
    if cash < rule.cash_reserve:
        return CashState(rule.account_id, cash, cash, cash, CashAsked.HOLD)
    if rule.cash_max is not None and cash > rule.cash_max and can_buy:
        return CashState(
            rule.account_id, cash, rule.cash_reserve, rule.cash_max, CashAsked.MUST_INVEST
        )
    return CashState(rule.account_id, cash, rule.cash_reserve, cash, CashAsked.MAY_INVEST)


def _idle_invested(
    states: tuple[CashState, ...], buyers: frozenset[AccountId], kept: Decimal
) -> tuple[CashState, ...]:
    """Return the states with what is idle put to work, but for what the targets keep in cash."""
    idle = {s.account_id: s.most - s.least for s in states if s.account_id in buyers}
    total = sum(idle.values(), ZERO)
    staying = sum((s.before for s in states), ZERO) - total
    part = max(ZERO, 1 - max(ZERO, kept - staying) / total) if total > 0 else ZERO
    made = []
    for state in states:
        spent = idle.get(state.account_id, ZERO) * part
        asked = CashAsked.MUST_INVEST if spent > 0 else state.asked
        most = state.before - spent
        made.append(CashState(state.account_id, state.before, state.least, most, asked))
    return tuple(made)
