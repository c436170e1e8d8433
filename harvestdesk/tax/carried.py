"""What losses carried out of a year are worth: the tax they save later, at present value (methods 1.4).

Each later year uses what is left up to its expected gains and the yearly limit, by its own netting and tables; what
is used is worth its tax, discounted at the profile's rate. Amounts are dollars.
"""

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.money import ONE, ZERO
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.year import year_tax

FUTURE_YEARS = 60
"""Years a carried loss is followed for; what is left then is worth nothing."""
MORE_THAN_USED = Decimal(10) ** 12
CLOSE = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class CarriedWorth:
    """The worth of a carried loss as a line of pieces, both terms together.

    Attributes:
        used: losses used by the end of each later year in which some are, rising.
        worth: present value of that, as many.
    """

    used: tuple[Decimal, ...]
    worth: tuple[Decimal, ...]

    def of(self, carried: Decimal) -> Decimal:
        """Return the present value of a carried loss."""
        place = bisect_right(self.used, carried)
        before, worth = (self.used[place - 1], self.worth[place - 1]) if place else (ZERO, ZERO)
        if place == len(self.used):
            return worth
        share = (carried - before) / (self.used[place] - before)
        return worth + share * (self.worth[place] - worth)


def carried_worth(situation: TaxSituation) -> CarriedWorth:
    """Return what losses carried out of a situation's year are worth.

    They are taken as long-term: where later gains are expected, a short-term loss may be worth more. A year's
    last dollars used count like its first.
    """
    used, worth = [ZERO], [ZERO]
    left, factor = MORE_THAN_USED, ONE
    yearly = ONE / (ONE + situation.profile.discount_rate)
    for year in range(situation.year + 1, situation.year + FUTURE_YEARS + 1):
        factor *= yearly
        carrying = year_tax(situation.following(year, ZERO, left), ZERO, ZERO)
        empty = year_tax(situation.following(year, ZERO, ZERO), ZERO, ZERO)
        after = carrying.netting.carryover_short + carrying.netting.carryover_long
        if left - after > 0:
            used.append(used[-1] + left - after)
            worth.append(worth[-1] + (empty.tax - carrying.tax) * factor)
        left = after
    return _joined(used, worth)


def _joined(used: list[Decimal], worth: list[Decimal]) -> CarriedWorth:
    """Leave out ends of pieces at which the rate does not change."""
    kept = [0]
    for n in range(1, len(used)):
        last = n == len(used) - 1
        if last or abs(_rate(used, worth, n) - _rate(used, worth, n + 1)) > CLOSE:
            kept.append(n)
    return CarriedWorth(tuple(used[n] for n in kept[1:]), tuple(worth[n] for n in kept[1:]))


def _rate(used: list[Decimal], worth: list[Decimal], end: int) -> Decimal:
    return (worth[end] - worth[end - 1]) / (used[end] - used[end - 1])
