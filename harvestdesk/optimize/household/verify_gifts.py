"""The exact recheck of gifts in kind: shares held, long-term, at a gain, and worth what was asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO, money_text
from harvestdesk.domain.proposal import Check, LotGift
from harvestdesk.optimize.engine.evaluate import Figures
from harvestdesk.optimize.exact_checks import symbols_text, tracking_error_within
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.household.limits import BP
from harvestdesk.optimize.trades import booked
from harvestdesk.tax.holding_period import lot_term


@dataclass(frozen=True)
class Given:
    """Finished gifts, and the engine's own look at them."""

    built: BuiltHousehold
    gifts: tuple[LotGift, ...]
    figures: Figures

    def named(self, code: str, wrong: list[LotGift]) -> Check:
        """Return a check that names the securities of gifts that break it."""
        symbols = symbols_text(self.built.snapshot, [g.security_id for g in wrong])
        return Check(code, not wrong, {"symbols": symbols})


def verify_gifts(given: Given) -> tuple[Check, ...]:
    """Return every check of a gift."""
    return (
        _shares_available(given),
        _whole_shares(given),
        _long_gains(given),
        _rules_kept(given),
        *_amount(given),
        *_tracking_error(given),
        _engine_agrees(given),
    )


def _shares_available(given: Given) -> Check:
    lots, seen, wrong = given.built.snapshot.lot_by_id, set(), []
    for gift in given.gifts:
        lot = lots.get(gift.lot_id)
        if lot is None or not ZERO < gift.shares <= lot.shares or gift.lot_id in seen:
            wrong.append(gift)
        seen.add(gift.lot_id)
    return given.named("gift_shares_held", wrong)


def _whole_shares(given: Given) -> Check:
    return given.named("gift_whole_shares", [g for g in given.gifts if g.shares % 1])


def _long_gains(given: Given) -> Check:
    """Long-term on the day, at a gain that the lot's own basis gives, in a taxable account."""
    snapshot, wrong = given.built.snapshot, []
    for gift in given.gifts:
        lot = snapshot.lot_by_id[gift.lot_id]
        taxed = snapshot.account_by_id[lot.account_id].type.is_taxable
        figures = booked(lot, gift.shares, gift.price)
        exact = figures == (gift.value, gift.basis) and gift.gain == gift.value - gift.basis
        if not (exact and taxed and gift.gain > 0 and _is_long(given, gift)):
            wrong.append(gift)
    return given.named("gift_long_gains", wrong)


def _is_long(given: Given, gift: LotGift) -> bool:
    snapshot = given.built.snapshot
    return lot_term(snapshot.lot_by_id[gift.lot_id], snapshot.as_of) is Term.LONG


def _rules_kept(given: Given) -> Check:
    built, settings = given.built, given.built.settings
    never = {*settings.never_sell, *settings.excluded_security_ids}
    return given.named(
        "rules_kept",
        [
            g
            for g in given.gifts
            if g.account_id not in built.trading
            or g.security_id in never
            or g.lot_id in built.left_alone
        ],
    )


def _amount(given: Given) -> Iterator[Check]:
    """What is given is as near to the amount as half a share, or one percent, or all there is below it."""
    amount, snapshot = given.built.settings.amount, given.built.snapshot
    if amount is None:
        return
    value = sum((g.value for g in given.gifts), ZERO)
    dearest = max((g.price for g in given.gifts), default=ZERO)
    room = max(amount / 100, dearest / 2) + CENT * (len(given.gifts) + 1)
    prices = snapshot.prices.prices
    there = sum(
        (
            x.shares.to_integral_value(ROUND_FLOOR) * prices[x.security_id].value
            for x in snapshot.lots
            if x.id not in given.built.left_alone
        ),
        ZERO,
    )
    facts = {"value": money_text(value), "asked": money_text(amount)}
    yield Check("gift_reached", abs(value - min(amount, there)) <= room, facts)


def _tracking_error(given: Given) -> Iterator[Check]:
    limit = given.built.settings.tracking_error_bp
    if limit is not None:
        yield tracking_error_within(given.figures.tracking_error, float(limit) * BP + 1e-7)


def _engine_agrees(given: Given) -> Check:
    broken = given.figures.broken
    return Check("engine_agrees", not broken, {"broken": "; ".join(broken)})
