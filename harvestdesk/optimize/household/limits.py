"""Limits, payouts and the extra costs of a household plan, in the engine's weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.account_rule import AccountRole
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.money import ONE, ZERO
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import KeptLot
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.engine.problem import NO_LIMIT, FloatArray, Group, Limits, PayoutAsked
from harvestdesk.optimize.household.accounts import CashState, payers
from harvestdesk.optimize.household.arrays import LotArrays
from harvestdesk.tax.year import MarginalRates

BP = 1e-4
ELSEWHERE = 0.001
"""What a dollar traded outside the accounts to trade in first must bring more: 10 basis points."""
LEAVES = frozenset({PlanKind.WITHDRAW, PlanKind.GIFT})
"""Plans whose amount leaves the household: as cash, or in shares."""


@dataclass(frozen=True)
class Asked:
    """What the limits of a plan follow from.

    Attributes:
        snapshot: as it counts (after_tax.py); so do all dollars here.
        total: dollars of the household; prices: [security].
        left_alone: lots the plan may not sell.
        possible: dollars of loss that may be sold, of the kind asked for.
        least_part: what a dollar counts in the account where it counts least.
    """

    snapshot: HouseholdSnapshot
    settings: PlanSettings
    total: Decimal
    prices: tuple[Decimal, ...]
    left_alone: Mapping[LotId, KeptLot]
    cash: tuple[CashState, ...]
    groups: tuple[Group, ...]
    rates: MarginalRates
    possible: Decimal
    least_part: Decimal = ONE

    def share(self, amount: Decimal | None) -> float:
        """Return dollars as a fraction of value; none are none."""
        return 0.0 if amount is None else float(amount / self.total)

    @property
    def paid_out(self) -> float:
        """Fraction of value that leaves the household."""
        is_payout = self.settings.kind in LEAVES
        return self.share(self.settings.amount) if is_payout else 0.0

    def weights(self, amounts: Sequence[Decimal]) -> FloatArray:
        """Return dollars as fractions of value."""
        return np.array([float(x / self.total) for x in amounts], dtype=np.float64)

    def limits(self) -> Limits:
        """Return the limits of the problem."""
        settings, cash = self.settings, self.cash
        wanted = settings.tracking_error_bp
        asked = settings.amount if settings.kind is PlanKind.HARVEST_TARGET else None
        return Limits(
            cash=self.weights([s.most for s in cash]),
            cash_least=self.weights([s.least for s in cash]),
            tracking_error=NO_LIMIT if wanted is None else float(wanted) * BP,
            turnover=self._turnover(),
            tax=self._budget(settings.tax_budget),
            gain=self._budget(settings.gain_budget),
            min_trade=self._min_trade(),
            groups=self.groups,
            loss_least=0.0 if asked is None else self.share(min(asked, self.possible)),
            loss_short_only=settings.short_only and asked is not None,
            payout=self._payout(),
            ticket_cost=self.share(settings.ticket_cost),
            max_trades=settings.max_trades,
        )

    def _budget(self, dollars: Decimal | None) -> float:
        return NO_LIMIT if dollars is None else self.share(dollars)

    def _turnover(self) -> float:
        """Return the limit on sales; a withdrawal sells no more than it raises, but for a share's rest."""
        limit = NO_LIMIT if self.settings.turnover is None else float(self.settings.turnover)
        if self.settings.kind is not PlanKind.WITHDRAW:
            return limit
        asked = sum((s.least - s.before for s in self.cash if s.least > s.before), ZERO)
        return min(limit, self.paid_out + self.share(asked) + 2 * self._step_sold())

    def _step_sold(self) -> float:
        whole = {a.id for a in self.snapshot.accounts if not a.fractional}
        dear = [
            self.snapshot.prices.prices[x.security_id].value
            for x in self.snapshot.lots
            if x.account_id in whole and x.id not in self.left_alone
        ]
        return self.share(max(dear, default=ZERO))

    def _min_trade(self) -> float:
        """Return the smallest order; one for a small amount may be a tenth of it."""
        least, amount = self.settings.min_trade, self.settings.amount
        if amount is not None and self.settings.kind in {PlanKind.WITHDRAW, PlanKind.INVEST}:
            least = min(least, amount / 10)
        return self.share(least)

    def _payout(self) -> PayoutAsked | None:
        if self.settings.kind not in LEAVES:
            return None
        paying = payers(self.snapshot, self.settings)
        return PayoutAsked(
            self.paid_out,
            np.array([a.id in paying for a in self.snapshot.accounts], dtype=np.bool_),
            np.array([self._payout_rate(a.type) for a in self.snapshot.accounts]),
        )

    def _payout_rate(self, kind: AccountType) -> float:
        """Return the tax on a dollar paid out of an account."""
        return max(0.0, float(self.rates.ordinary)) if kind.is_deferred else 0.0

    def by_volume(self) -> FloatArray | None:
        """Return [security] the most weight traded, by the average volume of a day.

        Shares that count for less than one still make up a day's volume in full.
        """
        share, volumes = self.settings.max_volume_share, self.snapshot.volumes
        if share is None:
            return None
        dollars = [
            float(share * volumes[s] * price * self.least_part) if s in volumes else NO_LIMIT
            for s, price in zip((x.id for x in self.snapshot.securities), self.prices, strict=True)
        ]
        return np.array(dollars, dtype=np.float64) / float(self.total)

    # --- where trades are better made ---

    def _elsewhere(self) -> FloatArray:
        """Return [account] what a dollar traded there must bring more."""
        roles = [self.snapshot.rule_of[a.id].role for a in self.snapshot.accounts]
        first = AccountRole.FIRST in roles
        costs = [ELSEWHERE if first and r is not AccountRole.FIRST else 0.0 for r in roles]
        return np.array(costs, dtype=np.float64)

    def buy_extra(self, location: FloatArray) -> FloatArray | None:
        """Return [account, security] what a dollar bought there costs more, location taken off."""
        extra = self._elsewhere()[:, None] - location
        return extra if extra.any() else None

    def lot_extra(self, location: FloatArray, lots: LotArrays) -> FloatArray | None:
        """Return [lot] what a dollar sold costs more: with it goes the value of where it is held."""
        extra = self._elsewhere()[lots.account] + location[lots.account, lots.security]
        return extra if extra.any() else None
