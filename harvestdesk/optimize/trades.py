"""Exact sales and purchases: Decimal from here on, to the cent."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text
from harvestdesk.domain.proposal import LotSale, Purchase, Reason
from harvestdesk.optimize.build import Built
from harvestdesk.optimize.candidates import Candidate
from harvestdesk.optimize.eligibility import LossLot
from harvestdesk.optimize.rounding import RoundedPlan
from harvestdesk.tax.liability import loss_value
from harvestdesk.washsale.accepted import disallowed_of, washed_shares

NAMED_AT_MOST = 6
"""Securities named as replaced by one purchase, the largest sales first."""


def exact_sales(built: Built, plan: RoundedPlan) -> tuple[LotSale, ...]:
    """Return the sales, largest loss first; tax values are still zero."""
    sold = [(x, n) for x, n in zip(built.losses, plan.sold, strict=True) if n > 0]
    washed = washed_shares(built.snapshot, [x.lot.id for x, _ in sold], built.standings)
    sales = [_sale(built, loss, shares, washed[loss.lot.id]) for loss, shares in sold]
    return tuple(sorted(sales, key=lambda s: (s.gain, s.lot_id)))


def _sale(built: Built, loss: LossLot, shares: Decimal, washed: Decimal) -> LotSale:
    whole = shares == loss.lot.shares
    proceeds, basis = booked(loss.lot, shares, loss.price.value)
    gain = proceeds - basis
    disallowed = disallowed_of(-gain, washed, shares)
    account = built.snapshot.account_by_id[loss.lot.account_id]
    facts = {
        "symbol": loss.security.symbol,
        "account": account.name,
        "loss": money_text(cents(-gain - disallowed)),
        "disallowed": money_text(disallowed) if disallowed else "",
        "loss_percent": decimal_text(cents(-gain / basis * 100)) if basis else "0",
        "term": loss.term.value,
        "acquired_on": loss.acquired_on.isoformat(),
        "tax_value": "0.00",
    }
    code = "harvest_loss"
    if not whole:
        code = "harvest_loss_partly"
        facts["of_shares"] = decimal_text(loss.lot.shares)
        facts["limit"] = "tracking_error" if shares < loss.free_shares else "wash_sale"
    return LotSale(
        loss.lot.id,
        loss.lot.account_id,
        loss.lot.security_id,
        shares,
        loss.price.value,
        loss.price.on,
        proceeds,
        basis,
        gain,
        loss.term,
        loss.acquired_on,
        ZERO,
        Reason(code, facts),
        loss.lot.shares,
        disallowed,
    )


def booked(lot: TaxLot, shares: Decimal, price: Decimal) -> tuple[Decimal, Decimal]:
    """Return proceeds and basis of shares of a lot, dollars to the cent; without a basis, no gain."""
    proceeds = cents(shares * price)
    basis = lot.adjusted_basis
    if basis is None:
        return proceeds, proceeds
    # Pro rata of the adjusted basis, exact and rounded once: Reg. 1.1012-1(c).
    return proceeds, basis if shares == lot.shares else cents(basis * shares / lot.shares)


def with_tax_values(built: Built, sales: Sequence[LotSale], saved: Decimal) -> tuple[LotSale, ...]:
    """Share the tax saved this year among the sales, by loss and worth of their term; to the cent."""
    rates = _average_rates(built, sales)
    worth = [-s.recognized * rates[s.term] for s in sales]
    total = sum(worth, ZERO)
    parts = [cents(saved * w / total) if total > 0 else ZERO for w in worth]
    if parts and total > 0:
        parts[0] += cents(saved) - sum(parts, ZERO)
    return tuple(
        replace(
            sale,
            tax_value=part,
            reason=Reason(sale.reason.code, {**sale.reason.facts, "tax_value": money_text(part)}),
        )
        for sale, part in zip(sales, parts, strict=True)
    )


def _average_rates(built: Built, sales: Sequence[LotSale]) -> dict[Term, Decimal]:
    """Return what a dollar of the sales' losses saves this year, by term; typed rates are flat.

    Walked through the tables, each term's losses are valued as if they were the only ones.
    """
    so_far = built.so_far
    situation = so_far.situation(built.snapshot)
    if situation.figures is None:
        return {term: built.rates.of(term) for term in Term}
    rates = {}
    for term in Term:
        loss = -sum((s.recognized for s in sales if s.term is term), ZERO)
        worth = loss_value(situation, so_far.short, so_far.long, loss, term) if loss > 0 else ZERO
        rates[term] = worth / loss if loss > 0 else ZERO
    return rates


def exact_purchases(
    built: Built, plan: RoundedPlan, sales: Sequence[LotSale]
) -> tuple[Purchase, ...]:
    """Return the purchases, largest first, each with what it stands in for."""
    sold: dict[AccountId, dict[SecurityId, Decimal]] = defaultdict(dict)
    for sale in sales:
        held = sold[sale.account_id]
        held[sale.security_id] = held.get(sale.security_id, ZERO) + sale.proceeds
    purchases = [
        _purchase(built, candidate, shares, sold[candidate.account_id])
        for candidate, shares in zip(built.purchases, plan.bought, strict=True)
        if shares > 0
    ]
    return tuple(sorted(purchases, key=lambda p: (-p.amount, p.account_id, p.security_id)))


def _purchase(
    built: Built, candidate: Candidate, shares: Decimal, sold: dict[SecurityId, Decimal]
) -> Purchase:
    price = built.snapshot.prices.prices[candidate.security_id]
    own = [s for s in candidate.replaces if s in sold]
    named = sorted(own or sold, key=lambda s: (-sold[s], s))[:NAMED_AT_MOST]
    return Purchase(
        candidate.account_id,
        candidate.security_id,
        shares,
        price.value,
        price.on,
        cents(shares * price.value),
        tuple(named),
        _purchase_reason(built, candidate, named, bool(own)),
    )


def _purchase_reason(
    built: Built, candidate: Candidate, named: Sequence[SecurityId], own: bool
) -> Reason:
    names = built.snapshot.security_by_id
    security = names[candidate.security_id]
    facts = {
        "symbol": security.symbol,
        "for_symbols": ", ".join(names[s].symbol for s in named),
        "sector": security.sector,
    }
    if not own:
        return Reason("replacement_balances", facts)
    first = min(
        (s for s in built.suggested[named[0]] if s.security_id == candidate.security_id),
        key=lambda s: s.rank,
        default=candidate.best,
    )
    if first.listed:
        listed = {"rank": str(first.rank), "hurdle_bp": decimal_text(first.hurdle_bp)}
        return Reason("replacement_listed", {**facts, **listed})
    distance = decimal_text(Decimal(f"{first.distance * 100:.1f}"))
    return Reason("replacement_nearest", {**facts, "distance_percent": distance})
