"""Rows of the year's tax: what was realised, what it costs, what the next dollar does, where the lines are.

Dollars unless said otherwise; gains positive, losses negative. Each figure carries the reason it came about,
worded by reports.tax_words.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Reason
from harvestdesk.domain.tax_year import ExternalKind, ExternalTerm


@dataclass(frozen=True, slots=True)
class Told:
    """A figure and how it came about."""

    value: Decimal
    why: Reason


@dataclass(frozen=True, slots=True)
class TermRow:
    """Results of the year so far of one term, or of both where `term` is None.

    Attributes:
        losses: losses before any part of them is disallowed, negative.
        disallowed: part of the losses the wash-sale rules do not allow this year, positive.
        distributions: capital gain distributions of funds.
        outside: realised outside the imported accounts.
        net: what counts: the sum of the others.
    """

    term: Term | None
    gains: Told
    losses: Told
    disallowed: Told
    distributions: Told
    outside: Told
    net: Told

    @property
    def parts(self) -> tuple[Told, ...]:
        """The figures from left to right, the net result last."""
        return (
            self.gains,
            self.losses,
            self.disallowed,
            self.distributions,
            self.outside,
            self.net,
        )


class Certainty(StrEnum):
    """How sure a gain outside the accounts is."""

    REALISED = "realised"
    KNOWN = "known"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """A gain (negative: a loss) of the year outside the imported accounts.

    Attributes:
        quarter: 1 to 4; None for what the profile holds without a date.
        counted: amount times probability, or all of it where it is realised.
    """

    id: str
    quarter: int | None
    kind: ExternalKind
    note: str
    term: ExternalTerm
    amount: Decimal
    probability: Decimal
    certainty: Certainty
    counted: Told
    is_dividend: bool = False


@dataclass(frozen=True, slots=True)
class QuarterRow:
    """The outside gains of a quarter; `quarter` None: the whole year.

    Attributes:
        known: realised, or certain.
        expected: amount times probability of what is not certain.
        dividends: short-term distributions of funds, ordinary dividends; in neither term.
        undated: what the profile holds without a date, not the whole year.
    """

    quarter: int | None
    known: Decimal
    expected: Decimal
    short: Decimal
    long: Decimal
    dividends: Decimal = ZERO
    undated: bool = False

    @property
    def counted(self) -> Decimal:
        """What the year's tax reckons with."""
        return self.known + self.expected


class TaxMeasure(StrEnum):
    """What is compared with and without the plan, in the order people read it."""

    NET_SHORT = "net_short"
    NET_LONG = "net_long"
    NET = "net"
    DEDUCTION = "deduction"
    TAXABLE_INCOME = "taxable_income"
    INCOME_TAX = "income_tax"
    NIIT = "niit"
    STATE_TAX = "state_tax"
    TOTAL_TAX = "total_tax"
    CAPITAL_TAX = "capital_tax"
    CARRIED_SHORT = "carried_short"
    CARRIED_LONG = "carried_long"


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure of the whole year; `planned` is None without a plan."""

    measure: TaxMeasure
    now: Decimal
    planned: Decimal | None
    why: Reason

    @property
    def change(self) -> Decimal | None:
        """With the plan less without it."""
        return None if self.planned is None else self.planned - self.now


@dataclass(frozen=True, slots=True)
class CarryRow:
    """Losses from earlier years and into next year, positive; `term` None: both.

    Attributes:
        used: taken this year, against gains or against other income; negative: this year adds to them.
    """

    term: Term | None
    carried_in: Told
    used: Decimal
    carried_out: Told
    planned_out: Decimal | None


class NextKind(StrEnum):
    """The next dollar of what."""

    SHORT_GAIN = "short_gain"
    LONG_GAIN = "long_gain"
    SHORT_LOSS = "short_loss"
    LONG_LOSS = "long_loss"

    @property
    def is_loss(self) -> bool:
        """True for a dollar of loss."""
        return self in {NextKind.SHORT_LOSS, NextKind.LONG_LOSS}

    @property
    def term(self) -> Term:
        """The term of the dollar."""
        short = self in {NextKind.SHORT_GAIN, NextKind.SHORT_LOSS}
        return Term.SHORT if short else Term.LONG


@dataclass(frozen=True, slots=True)
class NextDollar:
    """What one more dollar does, in dollars per dollar: tax of a gain, tax saved by a loss.

    Attributes:
        now: on this year's tax.
        later: present value of what it does to the losses carried into later years.
    """

    kind: NextKind
    now: Told
    later: Decimal

    @property
    def together(self) -> Decimal:
        """This year and later."""
        return self.now.value + self.later


# --- the bracket bar -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Band:
    """One rate over a stretch of taxable income; `upper` None: without end."""

    lower: Decimal
    upper: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Stack:
    """The household's taxable income: gains stand on top of everything else.

    Attributes:
        other: taxed at ordinary rates, without capital gains.
        short: net short-term gain, taxed at ordinary rates.
        preferred: net long-term gain and qualified dividends, taxed at 0, 15 and 20 %.
        investment: net investment income.
        agi: adjusted gross income.
        deduction: standard or itemised.
    """

    other: Decimal
    short: Decimal
    preferred: Decimal
    investment: Decimal
    agi: Decimal
    deduction: Decimal

    @property
    def ordinary_top(self) -> Decimal:
        """Where ordinary income ends and preferred income begins."""
        return self.other + self.short

    @property
    def top(self) -> Decimal:
        """Taxable income."""
        return self.other + self.short + self.preferred


class LineKind(StrEnum):
    """A line of the tax tables."""

    BRACKET = "bracket"
    FIFTEEN = "fifteen"
    TWENTY = "twenty"
    NIIT = "niit"


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A line and how far the household stands from it.

    Attributes:
        at: taxable income at which it stands, for this household.
        rate: rate from there on.
        stands_at: taxable income that is measured against it.
        why: where it stands and what it does.
    """

    kind: LineKind
    at: Decimal
    rate: Decimal
    stands_at: Decimal
    why: Reason

    @property
    def room(self) -> Decimal:
        """Dollars left until the line; negative: it has been passed by that much."""
        return self.at - self.stands_at


@dataclass(frozen=True, slots=True)
class Crossing:
    """The next dollars of a gain or loss until the rate changes.

    Attributes:
        amount: dollars at `rate`; None: no further change.
        rate, next_rate: tax per dollar now and beyond.
    """

    kind: NextKind
    amount: Decimal | None
    rate: Decimal
    next_rate: Decimal | None
    why: Reason


@dataclass(frozen=True, slots=True)
class BracketBar:
    """The year's scales over taxable income, and the household on them, without and with the plan."""

    ordinary: tuple[Band, ...]
    preferred: tuple[Band, ...]
    niit_rate: Decimal
    lines: tuple[TaxLine, ...]
    now: Stack
    planned: Stack | None

    @property
    def niit_from(self) -> Decimal | None:
        """Taxable income from which the net investment income tax begins."""
        return next((x.at for x in self.lines if x.kind is LineKind.NIIT), None)


@dataclass(frozen=True, slots=True)
class TaxView:
    """Everything the tax page says.

    Attributes:
        typed: typed rates are in force: no income tax is projected and there is no bracket bar.
        has_income: the profile holds some income of the year.
        has_plan: a plan is compared with the present state.
        sales: sales of the year in taxable accounts.
        capital_tax: tax of the year's capital results; negative: tax they save.
        carried: losses carried into next year, both terms, positive.
    """

    year: int
    as_of: date
    answer: Reason
    typed: bool
    has_income: bool
    has_plan: bool
    complete: bool
    sales: int
    capital_tax: Told
    planned_tax: Told | None
    carried: Decimal
    planned_carried: Decimal | None
    terms: tuple[TermRow, ...]
    outside: tuple[OutsideRow, ...]
    quarters: tuple[QuarterRow, ...]
    measures: tuple[MeasureRow, ...]
    carry: tuple[CarryRow, ...]
    next_dollars: tuple[NextDollar, ...]
    crossings: tuple[Crossing, ...]
    bar: BracketBar | None
    notes: tuple[Notice, ...]

    def measure(self, wanted: TaxMeasure) -> MeasureRow | None:
        """Return the row of a measure, or None where it is not known."""
        return next((m for m in self.measures if m.measure is wanted), None)

    @property
    def together(self) -> TermRow:
        """Results so far of both terms."""
        return self.terms[-1]
