"""Why each lot was kept, and the ladder of the next ones beyond the limit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text
from harvestdesk.domain.proposal import KeptLot, LadderStep, LotSale, Reason
from harvestdesk.optimize.build import Built
from harvestdesk.optimize.eligibility import LossLot, smallest_loss
from harvestdesk.optimize.figures import YearToDate
from harvestdesk.optimize.marginal import Margins, Swap
from harvestdesk.optimize.rounding import RoundedPlan
from harvestdesk.optimize.unspent import share_step
from harvestdesk.tax.liability import loss_value

WORTH_A_RUNG = Decimal("0.001")
"""Share of the plan's losses a lot must hold to be shown on the ladder: no crumbs."""


def kept_lots(built: Built, plan: RoundedPlan, loss_per_bp: float) -> tuple[KeptLot, ...]:
    """Return every lot, or part of one, the plan leaves alone, in the order of the household's lots."""
    explainer = _Explainer(built, plan, loss_per_bp)
    kept = list(built.eligibility.kept)
    for number, (loss, sold) in enumerate(zip(built.losses, plan.sold, strict=True)):
        if sold < loss.lot.shares:
            kept.append(explainer.kept(number, loss, sold))
    order = {lot.id: i for i, lot in enumerate(built.snapshot.lots)}
    return tuple(sorted(kept, key=lambda k: order[k.lot_id]))


class _Explainer:
    def __init__(self, built: Built, plan: RoundedPlan, loss_per_bp: float) -> None:
        self._built = built
        self._margins = Margins(built, plan.sold, plan.bought)
        self._loss_per_bp = loss_per_bp
        bought = {c.security_id for c, n in zip(built.purchases, plan.bought, strict=True) if n}
        self._bought_symbols: dict[int, list[str]] = defaultdict(list)
        rows = {s: i for i, s in enumerate(built.model.security_ids)}
        for security_id in sorted(bought):
            number = int(built.problem.security_set[rows[security_id]])
            name = built.snapshot.security_by_id[security_id].symbol
            self._bought_symbols[number].append(name)

    def kept(self, number: int, loss: LossLot, sold: Decimal) -> KeptLot:
        left = loss.lot.shares - sold
        gain = -cents(loss.loss_per_share * left)
        return KeptLot(loss.lot.id, left, gain, self._reason(number, loss, sold, left))

    def _reason(self, number: int, loss: LossLot, sold: Decimal, left: Decimal) -> Reason:
        symbol = loss.security.symbol
        facts = {"symbol": symbol, "loss": money_text(cents(loss.loss_per_share * left))}
        account = self._built.snapshot.account_by_id[loss.lot.account_id]
        bought = self._bought_symbols.get(int(self._built.problem.lot_set[number]))
        if bought:
            return Reason("set_is_bought", {**facts, "bought_symbols": ", ".join(bought)})
        if sold > 0 and left < share_step(account):
            return Reason("rounding", {**facts, "shares": decimal_text(left)})
        swap = self._margins.swap(number)
        if swap is None:
            return Reason("no_replacement", {**facts, "account": account.name})
        cost = self._cost(number)
        if self._built.problem.lot_value[number] <= cost:
            return Reason("hurdle_not_met", {**facts, **self._hurdle(loss, left, cost)})
        if self._margins.after(swap) <= self._built.problem.limit:
            return Reason("rounding", {**facts, "shares": decimal_text(left)})
        return Reason("would_breach_te", {**facts, **self._limit(swap)})

    def _cost(self, number: int) -> float:
        """Objective lost per dollar by the cheapest replacement in the account."""
        p = self._built.problem
        mine = p.buy_cost[p.buy_account == p.lot_account[number]]
        return float(mine.min()) if p.replace and len(mine) else 0.0

    def _hurdle(self, loss: LossLot, left: Decimal, cost: float) -> dict[str, str]:
        rates = self._built.rates
        rate = rates.of(loss.term)
        dollars = float(left * loss.price.value) * cost * float(rates.long or 1)
        return {
            "tax_value": money_text(cents(loss.allowed_per_share * left * rate)),
            "hurdle_cost": money_text(cents(Decimal(f"{dollars:.4f}"))),
        }

    def _limit(self, swap: Swap) -> dict[str, str]:
        base, after = float(np.sqrt(self._margins.variance)), self._margins.after(swap)
        return {
            "marginal_bp": f"{(after - base) * 1e4:.2f}",
            "te_after_bp": f"{after * 1e4:.2f}",
            "limit_bp": f"{self._built.problem.limit * 1e4:.2f}",
            "loss_per_bp": f"{self._loss_per_bp:.2f}",
        }


@dataclass(frozen=True)
class _Rung:
    swap: Swap
    efficiency: float


def ladder(
    built: Built, plan: RoundedPlan, sales: Sequence[LotSale], so_far: YearToDate
) -> tuple[LadderStep, ...]:
    """Return the next lots beyond the plan: most loss per basis point first, each on top of those before."""
    margins = Margins(built, plan.sold, plan.bought)
    realised = -sum((s.recognized for s in sales), ZERO)
    least = float(max(smallest_loss(built.settings), realised * WORTH_A_RUNG))
    rungs = [_rung(built, margins, i, least) for i in range(len(built.losses))]
    found = sorted((r for r in rungs if r is not None), key=lambda r: -r.efficiency)
    short = so_far.short + sum((s.recognized for s in sales if s.term is Term.SHORT), ZERO)
    long = so_far.long + sum((s.recognized for s in sales if s.term is Term.LONG), ZERO)
    steps: list[LadderStep] = []
    situation = so_far.situation(built.snapshot, sales)
    for rung in found:
        if len(steps) >= built.settings.ladder_length:
            break
        swap = margins.swap(rung.swap.lot) if margins.sellable(rung.swap.lot) else None
        if swap is None:
            continue
        margins.apply(swap)
        loss = built.losses[swap.lot]
        dollars = cents(loss.allowed_per_share * swap.shares)
        worth = loss_value(situation, short, long, dollars, loss.term)
        short -= dollars if loss.term is Term.SHORT else ZERO
        long -= dollars if loss.term is Term.LONG else ZERO
        error = Decimal(f"{np.sqrt(max(0.0, margins.variance)) * 1e4:.2f}")
        steps.append(LadderStep(loss.lot.id, swap.shares, dollars, error, cents(worth)))
    return tuple(steps)


def _rung(built: Built, margins: Margins, number: int, least: float) -> _Rung | None:
    loss = built.losses[number]
    dollars = float(loss.allowed_per_share * margins.left[number])
    if dollars < least or not margins.sellable(number):
        return None
    swap = margins.swap(number)
    if swap is None:
        return None
    rise = margins.after(swap) - float(np.sqrt(margins.variance))
    return _Rung(swap, dollars / max(rise, 1e-9))
