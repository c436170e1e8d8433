"""Tax figures of a year, special rules of states, and what a household expects beyond its own ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.household import FilingStatus
from harvestdesk.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Bracket:
    """One band of taxable income in dollars, above `lower` up to and including `upper` (None: no end)."""

    lower: Decimal
    upper: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the law and where it stands.

    Attributes:
        primary: the legal source.
        sources: where it was read; two independent ones make it `confirmed`.
    """

    name: str
    value: Decimal
    primary: str
    sources: tuple[str, ...] = ()
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class StatusTable:
    """The year's figures of one filing status, in dollars.

    Attributes:
        brackets: ordinary rates (IRC §1(j)), lowest first.
        zero_rate_max, fifteen_rate_max: taxable income up to which long-term gains and qualified
            dividends are taxed at 0 % and 15 % (IRC §1(h)).
        aged_or_blind: addition to the standard deduction for each box ticked (IRC §63(f)).
        niit_threshold: modified AGI above which the net investment income tax begins (IRC §1411(b)).
        loss_limit: net capital loss deductible a year (IRC §1211(b)).
        senior_start: adjusted gross income above which the deduction for persons of 65 shrinks
            (P.L. 119-21 sec. 70103), or None where there is none.
    """

    brackets: tuple[Bracket, ...]
    zero_rate_max: Decimal
    fifteen_rate_max: Decimal
    standard_deduction: Decimal
    aged_or_blind: Decimal
    niit_threshold: Decimal
    loss_limit: Decimal
    senior_start: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TaxYear:
    """The federal figures of a year.

    Attributes:
        year: the year they are used for.
        figures_of: the year they are the law of; differs where later figures are not known yet.
        preferential_rates: 0, 15 and 20 % as fractions.
        senior_deduction, senior_phase_out: deduction for each person of 65 or older, in dollars, and the
            part of the income above `senior_start` by which it shrinks.
        figures: every figure with its source, for the window and for checks.
    """

    year: int
    figures_of: int
    tables: Mapping[FilingStatus, StatusTable]
    niit_rate: Decimal
    preferential_rates: tuple[Decimal, Decimal, Decimal]
    primary: str = ""
    figures: tuple[Figure, ...] = field(default=(), repr=False)
    senior_deduction: Decimal = ZERO
    senior_phase_out: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class StateRules:
    """How a state taxes capital results; rates are fractions, at the top of its scale.

    Attributes:
        rate: rate on ordinary income and short-term gains; None: not known.
        rate_long: rate on long-term gains before `long_exempt`.
        long_exempt: part of a long-term gain that is not taxed.
        exempt_above: long-term gain beyond which all of it is exempt, or None.
        long_deduction: long-term gain in dollars that is free.
        long_deduction_instead: the same, in place of `long_exempt` where it is more.
        loss_deduction: capital losses reduce other income up to the federal limit; False: only gains.
        carries_losses: losses go into the next year.
        follows_wash_sales: the federal disallowance holds.
        loss_limit: yearly limit in dollars on losses against other income; None: the federal one.
        loss_of_interest: losses reduce interest and dividends only.
        rate_deduction: rate a loss saves on other income; None: `rate`.
        surtax, surtax_over: added rate on gains and the income it begins at.
        surtax_whole: the surtax is on the whole net capital gain once income is over the line.
        long_only: only long-term gains are taxed.
        higher_rate, higher_over: rate on the part of a long-term gain above an amount.
        special: the rule in words.
        figures_of: the year its figures are of, where they change by year; 0 where they don't.
        unconfirmed: parts told by one source only.
    """

    code: str
    name: str
    rate: Decimal | None
    rate_long: Decimal | None = None
    long_exempt: Decimal = ZERO
    exempt_above: Decimal | None = None
    long_deduction: Decimal = ZERO
    loss_deduction: bool = True
    carries_losses: bool = True
    follows_wash_sales: bool = True
    surtax: Decimal = ZERO
    surtax_over: Decimal = ZERO
    long_only: bool = False
    higher_rate: Decimal | None = None
    higher_over: Decimal = ZERO
    special: str = ""
    confirmed: bool = True
    unconfirmed: tuple[str, ...] = ()
    sources: tuple[str, ...] = field(default=())
    long_deduction_instead: Decimal = ZERO
    loss_limit: Decimal | None = None
    loss_of_interest: bool = False
    rate_deduction: Decimal | None = None
    surtax_whole: bool = False
    figures_of: int = 0
    primary: str = ""


class LawTarget(StrEnum):
    """What a change of law moves."""

    ORDINARY = "ordinary"
    LONG_TERM = "long_term"
    NIIT = "niit"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class LawChange:
    """A change of law the household wants to reckon with: `points` (a fraction) added from a year on."""

    id: str
    from_year: int
    target: LawTarget
    points: Decimal
    note: str = ""


class ExternalKind(StrEnum):
    """Where a gain outside the imported accounts comes from."""

    K1 = "k1"
    FUND_DISTRIBUTION = "fund_distribution"
    STOCK_COMPENSATION = "stock_compensation"
    PROPERTY = "property"
    BUSINESS = "business"
    OTHER_ACCOUNT = "other_account"
    OTHER = "other"


class ExternalTerm(StrEnum):
    """How an external gain is taxed."""

    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class ExternalGain:
    """A gain (negative: a loss) known or expected outside the imported ledger.

    Attributes:
        on: day it falls on; a person picks the year and quarter, the quarter's last day is kept.
        amount: dollars.
        probability: 0 to 1; 1 for what is certain.
        realised: it has happened already.
    """

    id: str
    on: date
    term: ExternalTerm
    amount: Decimal
    probability: Decimal = Decimal(1)
    kind: ExternalKind = ExternalKind.OTHER
    realised: bool = False
    note: str = ""

    @property
    def expected(self) -> Decimal:
        """Amount times probability, in dollars."""
        return self.amount if self.realised else self.amount * self.probability

    @property
    def is_dividend(self) -> bool:
        """True for short-term distributions of funds: ordinary dividends, which Schedule D never sees.

        IRC §852(b)(3) makes only long-term ones gains of the shareholder (Form 1099-DIV boxes 1a, 2a).
        """
        return self.kind is ExternalKind.FUND_DISTRIBUTION and self.term is ExternalTerm.SHORT
