"""The household, its people and its tax profile."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import HouseholdId, PersonId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, WashPolicy


class FilingStatus(StrEnum):
    """Federal filing status."""

    SINGLE = "single"
    JOINT = "married_joint"
    SEPARATE = "married_separate"
    HEAD = "head_of_household"
    SURVIVING = "surviving_spouse"


FILING_NAMES: dict[FilingStatus, str] = {
    FilingStatus.SINGLE: "Single",
    FilingStatus.JOINT: "Married filing jointly",
    FilingStatus.SEPARATE: "Married filing separately",
    FilingStatus.HEAD: "Head of household",
    FilingStatus.SURVIVING: "Qualifying surviving spouse",
}


class RateSource(StrEnum):
    """Where the household's tax rates come from."""

    TABLES = "tables"
    """Walking the year's tables with the income below; says what the next dollar costs."""
    TYPED = "typed"
    """Flat rates typed by the person: an override."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose accounts count as one for wash sales (Pub. 550: you, your spouse)."""

    id: PersonId
    name: str
    is_spouse: bool = False


@dataclass(frozen=True, slots=True)
class TaxProfile:
    """What a household's tax figures rest on.

    Rates are fractions; losses and gains are dollars. `realised_*` is the net result of the year outside the
    imported ledger (negative: a loss); carryforwards are positive. Income is that of the whole year, in
    dollars, as expected.

    Attributes:
        rate_short, rate_long, rate_ordinary: flat rates, used where `rate_source` is TYPED.
        wages: income that is neither investment income nor a capital gain (wages, business, pensions).
        investment_income: ordinary investment income: interest, non-qualified dividends, rents (IRC §1411(c)).
        qualified_dividends: dividends taxed like long-term gains (IRC §1(h)(11)).
        itemised: itemised deductions, or None for the standard deduction.
        aged_or_blind: boxes ticked for the addition to the standard deduction (IRC §63(f)), 0 to 4.
        seniors: persons of 65 or older, each of whom ticks one of these boxes, for the deduction of
            P.L. 119-21 sec. 70103, 0 to 2.
        state: two-letter code, or empty for none.
        state_rate: rate typed for the state, which goes before the state's table; None: the table's.
        discount_rate: yearly rate for what is saved later.
    """

    filing_status: FilingStatus = FilingStatus.JOINT
    rate_short: Decimal = Decimal("0.408")
    rate_long: Decimal = Decimal("0.238")
    rate_ordinary: Decimal = Decimal("0.37")
    realised_short: Decimal = ZERO
    realised_long: Decimal = ZERO
    carryforward_short: Decimal = ZERO
    carryforward_long: Decimal = ZERO
    rate_source: RateSource = RateSource.TYPED
    wages: Decimal = ZERO
    investment_income: Decimal = ZERO
    qualified_dividends: Decimal = ZERO
    itemised: Decimal | None = None
    aged_or_blind: int = 0
    seniors: int = 0
    state: str = ""
    state_rate: Decimal | None = None
    discount_rate: Decimal = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Household:
    """The household of a file.

    Attributes:
        simulated: invented data; said in every window, on every page and in every file.
        fixed_as_of: ISO date a simulated household is viewed on, or empty for today.
        wash: the judgement calls of wash-sale law it has made.
    """

    id: HouseholdId
    name: str
    tax: TaxProfile = TaxProfile()
    simulated: bool = False
    fixed_as_of: str = ""
    wash: WashPolicy = DEFAULT_POLICY
