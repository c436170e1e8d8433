"""A broker's closed lots beside the household's own sales: totals, and every difference with its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.errors import Problem
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO


class DifferenceKind(StrEnum):
    """Why a row here is not the broker's row."""

    WASH_CROSS_ACCOUNT = "wash_cross_account"
    """The loss is washed by a purchase in another account of the household."""
    WASH_PERMANENT = "wash_permanent"
    """The purchase was made in an IRA: the loss is gone (Rev. Rul. 2008-5)."""
    WASH_OTHER_SECURITY = "wash_other_security"
    """The purchase is of another security of the identical set."""
    WASH_ELSEWHERE = "wash_elsewhere"
    """Both disallow; the household's matching reaches another account first."""
    WASH_NOT_SHOWN = "wash_not_shown"
    """The file has no place for disallowed losses."""
    WASH_READING = "wash_reading"
    """The broker reads the rule as it is usually read, the household does not."""
    WASH_AMOUNT = "wash_amount"
    BASIS_CROSS_ACCOUNT = "basis_cross_account"
    """The basis holds a loss disallowed in another account, or of another security of the set."""
    BASIS_NOT_ADDED = "basis_not_added"
    """The broker left a disallowed loss of the same account out of the basis."""
    BASIS_BROKER_WASH = "basis_broker_wash"
    """The broker added a disallowed loss that the ledger did not."""
    RETURN_OF_CAPITAL = "return_of_capital"
    BASIS_UNKNOWN_HERE = "basis_unknown_here"
    BASIS_UNKNOWN_THERE = "basis_unknown_there"
    BASIS = "basis"
    LOTS = "lots"
    """Other lots were sold than the broker says."""
    SHARES = "shares"
    PROCEEDS = "proceeds"
    SELLING_COSTS = "selling_costs"
    """The broker reports proceeds before commission."""
    TERM_TACKING = "term_tacking"
    TERM = "term"
    SALE_DATE = "sale_date"
    SETTLEMENT_DATE = "settlement_date"
    ACQUIRED_DATE = "acquired_date"
    MISSING_HERE = "missing_here"
    MISSING_AT_BROKER = "missing_at_broker"
    ROUNDING = "rounding"


UNEXPLAINED = frozenset(
    {
        DifferenceKind.WASH_AMOUNT,
        DifferenceKind.BASIS,
        DifferenceKind.SHARES,
        DifferenceKind.PROCEEDS,
        DifferenceKind.TERM,
        DifferenceKind.SALE_DATE,
    }
)
"""Kinds that say what differs but not why: somebody has to look."""


@dataclass(frozen=True, slots=True)
class ByTerm:
    """Dollars by term."""

    short: Decimal = ZERO
    long: Decimal = ZERO

    @classmethod
    def of(cls, term: Term, amount: Decimal) -> "ByTerm":
        """Return an amount of one term."""
        return cls(amount, ZERO) if term is Term.SHORT else cls(ZERO, amount)

    @property
    def total(self) -> Decimal:
        """Both terms added up."""
        return self.short + self.long

    def __add__(self, other: "ByTerm") -> "ByTerm":
        return ByTerm(self.short + other.short, self.long + other.long)

    def __sub__(self, other: "ByTerm") -> "ByTerm":
        return ByTerm(self.short - other.short, self.long - other.long)

    def __bool__(self) -> bool:
        return bool(self.short or self.long)


@dataclass(frozen=True, slots=True)
class SaleSide:
    """What one side says of lots sold on one day; dollars to the cent.

    Attributes:
        acquired: None for several dates, or none told.
        adjusted: date the term goes by; None for several, or none told.
        basis: None: not known, so there is no result.
        disallowed: positive; zero where the file has no place for it.
        shows_wash: False: the file has no place for disallowed losses.
        result: recognised gain or loss by term, disallowed loss taken out.
        rows: where it stands: `file:line`, or the lot's id.
        box: box of Form 8949, or empty.
    """

    shares: Decimal
    sold: date
    acquired: date | None
    adjusted: date | None
    proceeds: Decimal
    basis: Decimal | None
    original_basis: Decimal | None
    disallowed: Decimal
    result: ByTerm
    term: Term | None
    rows: tuple[str, ...] = ()
    box: str = ""
    shows_wash: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference and its dollars.

    Attributes:
        effect: result here less the broker's, by term: all effects of an account add up to the
            difference of its totals.
        ours, theirs: both rows; None where a side has none.
        facts: plain values behind the kind, for the words of a report.
    """

    kind: DifferenceKind
    account_id: AccountId
    security_id: SecurityId | None
    symbol: str
    sold: date
    shares: Decimal
    effect: ByTerm
    ours: SaleSide | None
    theirs: SaleSide | None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def explained(self) -> bool:
        """True if the kind says why, not only what."""
        return self.kind not in UNEXPLAINED


@dataclass(frozen=True, slots=True)
class SideTotals:
    """Sums of one side; rows without a known basis are counted and in no sum."""

    rows: int = 0
    proceeds: Decimal = ZERO
    basis: Decimal = ZERO
    disallowed: Decimal = ZERO
    result: ByTerm = field(default_factory=ByTerm)
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """Both sides of one account in one year."""

    account_id: AccountId
    year: int
    ours: SideTotals
    theirs: SideTotals


@dataclass(frozen=True, slots=True)
class FileCompared:
    """One file as it was read.

    Attributes:
        lots: closed lots read.
        left_out: of these, lots of other years.
        repeated: of these, lots that another file holds too.
        first, last: days the file says it covers, or None.
    """

    name: str
    broker: str
    kind: str
    lots: int
    left_out: int
    repeated: int
    accounts: tuple[AccountId, ...]
    problems: tuple[Problem, ...]
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A comparison of brokers' closed lots with the ledger.

    Attributes:
        years: tax years compared.
        agreed: sales, lot by lot, that agree to the cent.
        compared: those both sides have.
        not_compared: taxable accounts with sales in these years of which no file was given.
        problems: what the ledger itself could not work out in these years.
    """

    as_of: date
    years: tuple[int, ...]
    files: tuple[FileCompared, ...]
    totals: tuple[AccountTotals, ...]
    differences: tuple[Difference, ...]
    agreed: int
    compared: int
    not_compared: tuple[AccountId, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """Differences nobody has an explanation for."""
        return tuple(d for d in self.differences if not d.explained)

    @property
    def difference(self) -> ByTerm:
        """Results here less the broker's, all accounts."""
        total = ByTerm()
        for row in self.totals:
            total += row.ours.result - row.theirs.result
        return total

    @property
    def ties_out(self) -> bool:
        """True if the effects of all differences add up to the difference of the totals, to the cent."""
        total = ByTerm()
        for row in self.differences:
            total += row.effect
        return total == self.difference
