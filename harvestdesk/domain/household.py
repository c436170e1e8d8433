"""The household, its people and its tax profile."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import HouseholdId, PersonId
from harvestdesk.domain.money import ZERO


class FilingStatus(StrEnum):
    """Federal filing status."""

    SINGLE = "single"
    JOINT = "married_joint"
    SEPARATE = "married_separate"
    HEAD = "head_of_household"


FILING_NAMES: dict[FilingStatus, str] = {
    FilingStatus.SINGLE: "Single",
    FilingStatus.JOINT: "Married filing jointly",
    FilingStatus.SEPARATE: "Married filing separately",
    FilingStatus.HEAD: "Head of household",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose accounts count as one for wash sales (Pub. 550: you, your spouse)."""

    id: PersonId
    name: str
    is_spouse: bool = False


@dataclass(frozen=True, slots=True)
class TaxProfile:
    """What a plan's tax figures rest on until the brackets of the year are walked.

    Rates are fractions, typed by the person; losses and gains are dollars. `realised_*` is the net
    result of the year outside the imported ledger (negative: a loss); carryforwards are positive.
    """

    filing_status: FilingStatus = FilingStatus.JOINT
    rate_short: Decimal = Decimal("0.408")
    rate_long: Decimal = Decimal("0.238")
    rate_ordinary: Decimal = Decimal("0.37")
    realised_short: Decimal = ZERO
    realised_long: Decimal = ZERO
    carryforward_short: Decimal = ZERO
    carryforward_long: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Household:
    """The household of a file.

    Attributes:
        simulated: invented data; said in every window, on every page and in every file.
        fixed_as_of: ISO date a simulated household is viewed on, or empty for today.
    """

    id: HouseholdId
    name: str
    tax: TaxProfile = TaxProfile()
    simulated: bool = False
    fixed_as_of: str = ""
