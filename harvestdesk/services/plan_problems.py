"""What is wrong with the settings of a household plan, by field: what a form shows beside each."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import CENT, ONE, ZERO
from harvestdesk.domain.plan_settings import (
    PLAN_NAMES,
    GroupKind,
    GroupLimit,
    PlanKind,
    PlanSettings,
    Zone,
)
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.tax.situation import situation_of

_MOST_DOLLARS = Decimal(10) ** 12
_MOST_YEARS = 60

_RANGES: dict[str, tuple[Decimal, str]] = {
    "ticket_cost": (_MOST_DOLLARS, "The cost of an order is zero or more dollars."),
    "tax_budget": (_MOST_DOLLARS, "A tax budget is zero or more dollars."),
    "gain_budget": (_MOST_DOLLARS, "A gain budget is zero or more dollars."),
    "min_trade": (_MOST_DOLLARS, "The smallest order is zero or more dollars."),
    "risk_aversion": (_MOST_DOLLARS, "Risk aversion is a number of zero or more."),
    "tracking_error_bp": (
        _MOST_DOLLARS,
        "A limit on tracking error is zero or more basis points.",
    ),
    "cost_rate": (ONE, "The cost of trading lies between 0 % and 100 %."),
    "turnover": (ONE, "Turnover lies between 0 % and 100 %."),
    "max_volume_share": (ONE, "A part of a day's volume lies between 0 % and 100 %."),
    "location_weight": (ONE, "The weight of asset location lies between 0 and 1."),
    "retirement_rate": (ONE, "The tax rate at withdrawal lies between 0 % and 100 %."),
}
"""Most of each figure, and what is said of one that is more or below zero."""
_AMOUNT_WORDS = {
    PlanKind.WITHDRAW: "Say how many dollars to raise.",
    PlanKind.HARVEST_TARGET: "Say how many dollars of losses to realise.",
    PlanKind.GIFT: "Say how many dollars' worth of shares to give.",
}
_ABOVE_ZERO = "The amount is more than zero dollars."
_NEEDS_TABLES = (
    "Gain harvesting needs the year's tax tables, since typed rates know no 0 % band: set the tax rates to come from "
    "tables, with the household's income."
)
_MAY_HAVE_AMOUNT = frozenset({*_AMOUNT_WORDS, PlanKind.INVEST, PlanKind.GAIN_HARVEST})
_HAS_SOURCES = frozenset({PlanKind.WITHDRAW, PlanKind.INVEST})
_MAY_PIGGY_BACK = frozenset({PlanKind.REBALANCE, PlanKind.INVEST, PlanKind.WITHDRAW})
_GROUP_WORDS = {
    GroupKind.SECURITY: "securities",
    GroupKind.SECTOR: "sectors",
    GroupKind.ASSET_CLASS: "asset classes",
}

Found = Iterator[tuple[str, str]]


def plan_problems(settings: PlanSettings, snapshot: HouseholdSnapshot) -> dict[str, str]:
    """Return what is wrong by field of the settings, one sentence each; empty where all is well.

    `account_rules` stands for the household's own cash rules, which no plan can keep if they contradict
    themselves. What only the solver can tell (limits no plan keeps together) is not said here.
    """
    found: dict[str, str] = {}
    for look in (_numbers, _job, _view, _accounts, _securities, _groups, _together):
        for field, words in look(settings, snapshot):
            found.setdefault(field, words)
    return found


def _numbers(settings: PlanSettings, _snapshot: HouseholdSnapshot) -> Found:
    for field, (most, words) in _RANGES.items():
        value = getattr(settings, field)
        if value is not None and not 0 <= value <= most:
            yield field, words
    if settings.max_trades is not None and settings.max_trades < 1:
        yield "max_trades", "At most one order, or more; none would be no plan."
    if settings.max_volume_share == 0:
        yield "max_volume_share", "No part of a day's volume leaves nothing to trade."
    if not 1 <= settings.location_years <= _MOST_YEARS:
        yield "location_years", f"The horizon of asset location is 1 to {_MOST_YEARS} years."
    if not settings.time_limit_seconds > 0:
        yield "time_limit_seconds", "The solver needs some time: more than 0 seconds."


def _job(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    kind = settings.kind
    if kind is PlanKind.HARVEST:
        yield "kind", "A year-end harvest is asked for with settings of its own."
        return
    if kind is PlanKind.GAIN_HARVEST and situation_of(snapshot).figures is None:
        yield "kind", _NEEDS_TABLES
    yield from _amount(settings, snapshot)
    if settings.source_ids and kind not in _HAS_SOURCES:
        yield "source_ids", f"{PLAN_NAMES[kind]} moves no cash from or into an account."
    if settings.short_only and kind is not PlanKind.HARVEST_TARGET:
        yield "short_only", "Only a harvest to a target counts short-term losses alone."
    if settings.recipient and kind is not PlanKind.GIFT:
        yield "recipient", "Only a gift has somebody who receives it."
    if settings.piggy_back and kind not in _MAY_PIGGY_BACK:
        words = f"{PLAN_NAMES[kind]} sells nothing that losses could go along with."
        yield "piggy_back", f"{words} Plan a rebalance instead."


def _amount(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    kind, amount = settings.kind, settings.amount
    if amount is None:
        if kind in _AMOUNT_WORDS:
            yield "amount", _AMOUNT_WORDS[kind]
    elif kind not in _MAY_HAVE_AMOUNT:
        yield "amount", f"{PLAN_NAMES[kind]} takes no amount."
    elif not CENT <= amount <= _MOST_DOLLARS:
        yield "amount", "The amount is a cent or more." if amount > 0 else _ABOVE_ZERO
    elif kind is PlanKind.WITHDRAW and amount > snapshot.total_value():
        yield "amount", "The household is worth less than that."


def _view(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    """What the after-tax view can't do: payouts are asked for in dollars before tax."""
    if not settings.after_tax_view:
        return
    if settings.retirement_rate == ONE:
        yield "retirement_rate", "With the after-tax view the tax at withdrawal is below 100 %."
    known = snapshot.account_by_id
    deferred = [a for a in settings.source_ids if a in known and known[a].type.is_deferred]
    if settings.kind is PlanKind.WITHDRAW and deferred:
        names = _named(snapshot, deferred)
        words = "its amount is before tax, so plan this withdrawal without the after-tax view"
        yield "source_ids", f"{names} is a traditional account: {words}."


def _accounts(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    for field in ("account_ids", "source_ids"):
        for account_id in getattr(settings, field):
            if account_id not in snapshot.account_by_id:
                known = ", ".join(f"{a.id} ({a.name})" for a in snapshot.accounts)
                yield (
                    field,
                    f"{account_id} is not an account of this household. Expected one of: {known}.",
                )
    trading = _trading(settings, snapshot)
    if not trading:
        yield "account_ids", "The household's rules say never to trade there: no account is left."
    barred = [a for a in settings.source_ids if a in snapshot.account_by_id and a not in trading]
    if barred:
        yield (
            "source_ids",
            f"{_named(snapshot, barred)} takes no part in this plan, so no cash can move there.",
        )
    for rule in snapshot.account_rules:
        if not _is_ordered(rule):
            name = _named(snapshot, [rule.account_id])
            words = "its least cash is at most its reserve, and the reserve at most its most cash"
            yield "account_rules", f"{name}: {words}. Correct the account's rule."


def _trading(settings: PlanSettings, snapshot: HouseholdSnapshot) -> set[AccountId]:
    return {
        a.id
        for a in snapshot.accounts
        if (not settings.account_ids or a.id in settings.account_ids)
        and snapshot.rule_of[a.id].role is not AccountRole.NEVER
    }


def _is_ordered(rule: AccountRule) -> bool:
    most = rule.cash_max
    return 0 <= rule.cash_min <= rule.cash_reserve and (most is None or rule.cash_reserve <= most)


def _securities(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    for field in ("never_sell", "never_buy", "excluded_security_ids"):
        for security_id in getattr(settings, field):
            if security_id not in snapshot.security_by_id:
                yield field, f"There is no security {security_id} in this household."


def _groups(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    sectors = {s.sector for s in snapshot.securities if s.sector}
    for limit in settings.group_limits:
        if not _is_known(limit, snapshot, sectors):
            yield "group_limits", _unknown(limit, sectors)
        elif not 0 <= limit.low <= limit.high <= 1:
            words = "the least weight is at most the most, both between 0 % and 100 %"
            yield "group_limits", f"{limit_name(limit, snapshot)}: {words}."
    for (_, name), times in Counter((x.kind, x.name) for x in settings.group_limits).items():
        if times > 1:
            yield "group_limits", f"{name} has {times} limits; say its least and most together."
    for kind, words in _GROUP_WORDS.items():
        if sum((x.low for x in settings.group_limits if x.kind is kind), ZERO) > ONE:
            yield "group_limits", f"The least weights of {words} add up to more than 100 %."


def _is_known(limit: GroupLimit, snapshot: HouseholdSnapshot, sectors: set[str]) -> bool:
    match limit.kind:
        case GroupKind.SECURITY:
            return SecurityId(limit.name) in snapshot.security_by_id
        case GroupKind.SECTOR:
            return limit.name in sectors
        case GroupKind.ASSET_CLASS:
            return limit.name in set(AssetClass)


def _unknown(limit: GroupLimit, sectors: set[str]) -> str:
    match limit.kind:
        case GroupKind.SECURITY:
            return f"There is no security {limit.name} in this household."
        case GroupKind.SECTOR:
            known = ", ".join(sorted(sectors)) or "none, as no security has a sector"
            return f"There is no sector {limit.name} in this household. Expected one of: {known}."
        case GroupKind.ASSET_CLASS:
            return (
                f"There is no asset class {limit.name}. Expected one of: {', '.join(AssetClass)}."
            )


def limit_name(limit: GroupLimit, snapshot: HouseholdSnapshot) -> str:
    """Return what a limit on weights is about, as the person knows it."""
    security = snapshot.security_by_id.get(SecurityId(limit.name))
    return security.symbol if limit.kind is GroupKind.SECURITY and security else limit.name


def _together(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    banded = settings.keep_bands or settings.zone is not Zone.NONE
    if banded and not snapshot.class_targets:
        field = "keep_bands" if settings.keep_bands else "zone"
        yield field, "Bands belong to targets of asset classes, and the household has none yet."
    amount = settings.amount
    if settings.kind is PlanKind.INVEST and amount and 0 < amount < settings.min_trade:
        yield "min_trade", "The smallest order is more than the whole amount."
    outside = [
        a for a in settings.source_ids if settings.account_ids and a not in settings.account_ids
    ]
    if outside:
        yield (
            "source_ids",
            f"{_named(snapshot, outside)} is not among the accounts that trade.",
        )
    yield from _at_cross_purposes(settings, snapshot)


def _at_cross_purposes(settings: PlanSettings, snapshot: HouseholdSnapshot) -> Found:
    """Limits of which no plan could keep both, whatever the household holds."""
    if settings.kind is PlanKind.GAIN_HARVEST and settings.gain_budget == 0:
        yield "gain_budget", "No gain may be realised, but realising gains is what is asked for."
    if settings.turnover == 0 and settings.kind in {
        PlanKind.HARVEST_TARGET,
        PlanKind.GAIN_HARVEST,
    }:
        yield "turnover", "Nothing may be sold, but selling is what is asked for."
    barred = {*settings.never_buy, *settings.excluded_security_ids}
    held = {lot.security_id for lot in snapshot.lots}
    for limit in settings.group_limits:
        security_id = SecurityId(limit.name)
        if limit.kind is GroupKind.SECURITY and limit.low > 0 and security_id in barred - held:
            yield (
                "group_limits",
                f"{limit_name(limit, snapshot)} has a least weight, but is never bought and not held.",
            )


def _named(snapshot: HouseholdSnapshot, account_ids: Iterable[AccountId]) -> str:
    return ", ".join(
        account.name if (account := snapshot.account_by_id.get(a)) else str(a) for a in account_ids
    )
