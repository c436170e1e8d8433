"""What a gift of shares has to say: what is missing to the amount, lots at a loss, and the limits of the deduction."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.money import ZERO, cents, money_text
from harvestdesk.domain.proposal import LotGift, SolverRecord
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.household.notices import proof_of, solver_notices, year_notices
from harvestdesk.optimize.shared_notices import (
    by_gravity,
    price_notices,
    risk_notices,
    symbols_named,
    tax_basis_notices,
)
from harvestdesk.tax.liability import year_tax

AGI_LIMIT = Decimal("0.30")
"""Of adjusted gross income: appreciated property given to a public charity (IRC §170(b)(1)(C))."""
OFF = Decimal("0.01")
"""Part of the amount by which a gift misses it without a word."""
FLOOR = Decimal("0.005")
FLOOR_FROM = 2026
"""From this year gifts count only beyond that part of income (P.L. 119-21 sec. 70425, IRC §170(b)(1)(I))."""


def gift_notices(
    built: BuiltHousehold, gifts: Sequence[LotGift], record: SolverRecord
) -> tuple[Notice, ...]:
    """Return every warning of a gift, the gravest kinds first."""
    snapshot = built.snapshot
    return by_gravity(
        (
            *solver_notices(proof_of(built, record)),
            *_amount(built, gifts),
            *_losses(built),
            *(_law(built, gifts) if gifts else ()),
            *price_notices(snapshot),
            *risk_notices(snapshot, built.model),
            *year_notices(built),
            *tax_basis_notices(snapshot),
        )
    )


def _value(gifts: Sequence[LotGift]) -> Decimal:
    return sum((g.value for g in gifts), ZERO)


def _amount(built: BuiltHousehold, gifts: Sequence[LotGift]) -> Iterator[Notice]:
    asked, value = built.settings.amount or ZERO, _value(gifts)
    dear = [x for x in built.left_alone.values() if x.reason.code == "share_above_gift"]
    facts = {"asked": money_text(asked), "value": money_text(value)}
    if not gifts and not dear:
        yield Notice("no_gift_lots", {"asked": money_text(asked)}, Severity.INFO)
    elif gifts and value < asked and _is_all(built, gifts):
        yield Notice("gift_out_of_reach", facts)
    elif gifts and abs(value - asked) > asked * OFF:
        yield Notice("gift_nearest", facts, Severity.INFO if value > asked else Severity.WARNING)
    if dear:
        lots = built.snapshot.lot_by_id
        symbols = symbols_named(built.snapshot, [lots[x.lot_id].security_id for x in dear])
        severity = Severity.INFO if value >= asked else Severity.WARNING
        yield Notice("gift_shares_dear", {"symbols": symbols, "asked": money_text(asked)}, severity)


def _is_all(built: BuiltHousehold, gifts: Sequence[LotGift]) -> bool:
    """Return whether every whole share that may be given is."""
    given = {g.lot_id: g.shares for g in gifts}
    return all(
        x.shares - given.get(x.id, ZERO) < 1
        for x in built.snapshot.lots
        if x.id not in built.left_alone
    )


def _losses(built: BuiltHousehold) -> Iterator[Notice]:
    """Lots at a loss: given away, the loss would be nobody's."""
    found = {
        k.lot_id: k.gain
        for k in built.left_alone.values()
        if k.reason.code == "loss_not_given" and k.gain is not None and k.gain < 0
    }
    if found:
        ids = [x.security_id for x in built.snapshot.lots if x.id in found]
        loss = cents(-sum(found.values(), ZERO))
        facts = {"symbols": symbols_named(built.snapshot, ids), "loss": money_text(loss)}
        yield Notice("losses_not_given", facts, Severity.INFO)


def _law(built: BuiltHousehold, gifts: Sequence[LotGift]) -> Iterator[Notice]:
    yield Notice("gift_papers", {}, Severity.INFO)
    so_far, value = built.so_far, _value(gifts)
    situation = so_far.situation(built.snapshot)
    income = year_tax(situation, so_far.short, so_far.long).income
    if income is None or income.agi <= 0:
        yield Notice("gift_limit_unknown", {}, Severity.INFO)
        return
    limit = cents(AGI_LIMIT * income.agi)
    facts = {"agi": money_text(cents(income.agi)), "limit": money_text(limit)}
    if value > limit:
        over = {"value": money_text(value), "over": money_text(value - limit)}
        yield Notice("gift_above_limit", {**facts, **over})
    else:
        yield Notice("gift_within_limit", facts, Severity.INFO)
    if built.snapshot.as_of.year >= FLOOR_FROM:
        floor = money_text(cents(FLOOR * income.agi))
        yield Notice("gift_floor", {"floor": floor}, Severity.INFO)
    if situation.profile.itemised is None:
        own = money_text(cents(income.deduction))
        yield Notice("gift_not_itemised", {"deduction": own})
