"""Netting of capital gains and losses: Schedule D, its loss limit and the carryover worksheet.

Amounts are dollars; results are signed (negative: a loss), carryforwards and deductions positive.
Sources: IRC §1211(b), §1212(b); Schedule D (Form 1040) lines 7, 15, 16, 21 and the Capital Loss
Carryover Worksheet of its instructions.
"""

from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.money import ZERO

DEDUCTION_LIMIT = Decimal(3000)
"""Net capital loss deductible from other income in a year (IRC §1211(b)(1))."""
DEDUCTION_LIMIT_SEPARATE = Decimal(1500)
"""The same for a married person filing separately."""


def deduction_limit(status: FilingStatus) -> Decimal:
    """Return the yearly limit in dollars on net capital losses against other income."""
    return DEDUCTION_LIMIT_SEPARATE if status is FilingStatus.SEPARATE else DEDUCTION_LIMIT


@dataclass(frozen=True, slots=True)
class NettingInput:
    """One year's capital results after wash-sale adjustments.

    Attributes:
        short, long: net result of the year's own sales by term.
        carryforward_short, carryforward_long: losses from earlier years, positive.
        other_income: Form 1040 taxable income with every capital item left out, may be negative;
            None: assumed large enough for the whole deduction.
    """

    short: Decimal
    long: Decimal
    carryforward_short: Decimal = ZERO
    carryforward_long: Decimal = ZERO
    deduction_limit: Decimal = DEDUCTION_LIMIT
    other_income: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NettingResult:
    """Schedule D of the year.

    Attributes:
        net_short, net_long: lines 7 and 15, carryforwards included.
        deduction: line 21, loss taken against other income, positive.
        carryover_short, carryover_long: losses carried into next year, positive.
        taxable_short: gain taxed as ordinary income.
        taxable_long: net capital gain taxed at the preferential rates (IRC §1222(11)).
    """

    net_short: Decimal
    net_long: Decimal
    deduction: Decimal
    carryover_short: Decimal
    carryover_long: Decimal
    taxable_short: Decimal
    taxable_long: Decimal

    @property
    def total(self) -> Decimal:
        """Line 16: both terms together."""
        return self.net_short + self.net_long


def net_year(year: NettingInput) -> NettingResult:
    """Net one year and carry what is left."""
    short = year.short - year.carryforward_short
    long = year.long - year.carryforward_long
    total = short + long
    if total >= 0:
        taxable_long = max(ZERO, min(long, total))
        return NettingResult(short, long, ZERO, ZERO, ZERO, total - taxable_long, taxable_long)
    deduction = min(-total, year.deduction_limit)
    lines = carryover_worksheet(short, long, deduction, year.other_income)
    return NettingResult(short, long, deduction, lines[8], lines[13], ZERO, ZERO)


def carryover_worksheet(
    short: Decimal, long: Decimal, deduction: Decimal, other_income: Decimal | None
) -> dict[int, Decimal]:
    """Return the lines of the Capital Loss Carryover Worksheet of a year with a net loss.

    Args:
        short: Schedule D line 7.
        long: Schedule D line 15.
        deduction: Schedule D line 21 as a positive amount.
        other_income: taxable income without capital items, or None for "enough".
    """
    lines: dict[int, Decimal] = {2: deduction}
    income = deduction if other_income is None else other_income
    lines[1] = income - deduction
    lines[3] = max(ZERO, lines[1] + lines[2])
    lines[4] = min(lines[2], lines[3])
    # §1212(b)(2): what other income could not absorb of the deduction is carried too. Short-term
    # losses are used up first.
    lines[5] = max(ZERO, -short)
    lines[6] = max(ZERO, long)
    lines[7] = lines[4] + lines[6]
    lines[8] = max(ZERO, lines[5] - lines[7])
    lines[9] = max(ZERO, -long)
    lines[10] = max(ZERO, short)
    lines[11] = max(ZERO, lines[4] - lines[5])
    lines[12] = lines[10] + lines[11]
    lines[13] = max(ZERO, lines[9] - lines[12])
    return lines
