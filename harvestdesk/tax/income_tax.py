"""Federal income tax of a year: brackets, long-term gains at 0, 15 and 20 %, net investment income tax.

Exact to the last digit: the IRS's tax table, which rounds within $50 steps below $100,000, is not used.
Amounts are dollars; results are signed (negative: a loss). Sources: Form 1040, Schedule D (lines 7, 15,
16, 21), the Qualified Dividends and Capital Gain Tax Worksheet (IRC §1(h)), Form 8960 (IRC §1411).
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.household import FilingStatus, TaxProfile
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.tax_year import Bracket, LawChange, LawTarget, StatusTable, TaxYear


@dataclass(frozen=True, slots=True)
class IncomeFacts:
    """Income of the year without its capital gains and losses, and what is deducted from it.

    Attributes:
        wages: income that is neither investment income nor a capital gain.
        investment_income: ordinary investment income (IRC §1411(c)), without qualified dividends.
        itemised: itemised deductions, or None for the standard deduction.
        aged_or_blind: boxes ticked for the addition to the standard deduction (IRC §63(f)).
        seniors: persons of 65 or older, for the deduction of P.L. 119-21 sec. 70103.
    """

    status: FilingStatus
    wages: Decimal = ZERO
    investment_income: Decimal = ZERO
    qualified_dividends: Decimal = ZERO
    itemised: Decimal | None = None
    aged_or_blind: int = 0
    seniors: int = 0

    @property
    def without_gains(self) -> Decimal:
        """Adjusted gross income of the year without its capital gains and losses."""
        return self.wages + self.investment_income + self.qualified_dividends


@dataclass(frozen=True, slots=True)
class IncomeTax:
    """The tax of a year, line by line; no figure is rounded.

    Attributes:
        capital_result: Form 1040 line 7: net gain, or the loss deducted as a negative amount.
        deduction: standard or itemised, with the additions.
        income_over_deduction: line 15 before it is floored at zero.
        ordinary_income: worksheet line 5: taxable income without what has preferential rates.
        preferential: net capital gain and qualified dividends (worksheet line 4).
        at_0, at_15, at_20: dollars of it taxed at each rate (worksheet lines 9, 17, 20).
        income_tax: line 16.
        by_worksheet, by_brackets: worksheet lines 23 and 24, of which the smaller is the tax.
        state_tax: the state's tax on the capital results; None: not known.
    """

    agi: Decimal
    capital_result: Decimal
    deduction: Decimal
    income_over_deduction: Decimal
    taxable_income: Decimal
    ordinary_income: Decimal
    preferential: Decimal
    at_0: Decimal
    at_15: Decimal
    at_20: Decimal
    by_worksheet: Decimal
    by_brackets: Decimal
    income_tax: Decimal
    net_investment_income: Decimal
    niit: Decimal
    state_tax: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """Income tax, net investment income tax and, where it is known, the state's tax."""
        return self.income_tax + self.niit + (self.state_tax or ZERO)


def income_of(profile: TaxProfile) -> IncomeFacts:
    """Return the income a household's profile tells."""
    return IncomeFacts(
        profile.filing_status,
        profile.wages,
        profile.investment_income,
        profile.qualified_dividends,
        profile.itemised,
        profile.aged_or_blind,
        profile.seniors,
    )


def compute_income_tax(
    tables: TaxYear, facts: IncomeFacts, net_short: Decimal, net_long: Decimal
) -> IncomeTax:
    """Return the tax of a year whose Schedule D ends with `net_short` (line 7) and `net_long` (line 15)."""
    table = tables.tables[facts.status]
    total = net_short + net_long
    # Schedule D line 21, IRC §1211(b): the whole limit is deducted whatever the income; what income can't
    # absorb goes into the carryover (§1212(b)(2)).
    capital_result = total if total >= 0 else -min(-total, table.loss_limit)
    other_investment = facts.investment_income + facts.qualified_dividends
    agi = facts.wages + other_investment + capital_result
    deduction = deduction_of(tables, facts, agi)
    over = agi - deduction
    taxable = max(ZERO, over)
    # Worksheet line 3: the smaller of Schedule D lines 15 and 16, nothing if either is a loss.
    net_capital_gain = max(ZERO, min(net_long, total))
    preferential = facts.qualified_dividends + net_capital_gain
    ordinary = max(ZERO, taxable - preferential)
    at_0, at_15, at_20 = _preferential_bands(table, taxable, ordinary, preferential)
    zero, fifteen, twenty = tables.preferential_rates
    by_worksheet = (
        at_0 * zero + at_15 * fifteen + at_20 * twenty + bracket_tax(table.brackets, ordinary)
    )
    by_brackets = bracket_tax(table.brackets, taxable)
    # IRC §1411(c)(1)(A)(iii), Reg. 1.1411-4(f)(4): a net loss counts only as far as §1211(b) allows it,
    # which is what line 7 of Form 1040 holds.
    investment = max(ZERO, other_investment + capital_result)
    niit = tables.niit_rate * min(investment, max(ZERO, agi - table.niit_threshold))
    return IncomeTax(
        agi=agi,
        capital_result=capital_result,
        deduction=deduction,
        income_over_deduction=over,
        taxable_income=taxable,
        ordinary_income=ordinary,
        preferential=preferential,
        at_0=at_0,
        at_15=at_15,
        at_20=at_20,
        by_worksheet=by_worksheet,
        by_brackets=by_brackets,
        # Worksheet line 25, IRC §1(h)(1): "shall not exceed". It matters where the 12 % bracket reaches
        # beyond the zero rate.
        income_tax=min(by_worksheet, by_brackets),
        net_investment_income=investment,
        niit=niit,
    )


def deduction_of(tables: TaxYear, facts: IncomeFacts, agi: Decimal) -> Decimal:
    """Return the year's deduction from adjusted gross income: standard or itemised, and that of seniors."""
    table = tables.tables[facts.status]
    own = facts.itemised
    if own is None:
        own = table.standard_deduction + table.aged_or_blind * facts.aged_or_blind
    if not facts.seniors or table.senior_start is None:
        return own
    # P.L. 119-21 sec. 70103: each person's amount shrinks by a part of the income above the line.
    shrunk = tables.senior_phase_out * max(ZERO, agi - table.senior_start)
    return own + facts.seniors * max(ZERO, tables.senior_deduction - shrunk)


def _preferential_bands(
    table: StatusTable, taxable: Decimal, ordinary: Decimal, preferential: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    """Return the dollars at 0, 15 and 20 %: ordinary income fills the bands first."""
    line10 = min(taxable, preferential)
    line7 = min(taxable, table.zero_rate_max)
    at_0 = line7 - min(ordinary, line7)
    line14 = min(taxable, table.fifteen_rate_max)
    at_15 = min(line10 - at_0, max(ZERO, line14 - ordinary - at_0))
    return at_0, at_15, line10 - at_0 - at_15


def bracket_tax(brackets: tuple[Bracket, ...], income: Decimal) -> Decimal:
    """Return the tax on ordinary income by the brackets (IRC §1(j))."""
    tax = ZERO
    for bracket in brackets:
        if income <= bracket.lower:
            break
        top = income if bracket.upper is None else min(income, bracket.upper)
        tax += (top - bracket.lower) * bracket.rate
    return tax


def points_of(changes: tuple[LawChange, ...], year: int, target: LawTarget) -> Decimal:
    """Return what the household's changes of law add to a rate in a year, as a fraction."""
    return sum((c.points for c in changes if c.target is target and c.from_year <= year), ZERO)


def with_changes(tables: TaxYear, changes: tuple[LawChange, ...], year: int) -> TaxYear:
    """Return the figures with the household's changes of law laid over their rates.

    Every ordinary rate moves; of the long-term rates 15 and 20 % move, zero stays zero.
    """
    ordinary = points_of(changes, year, LawTarget.ORDINARY)
    long_term = points_of(changes, year, LawTarget.LONG_TERM)
    niit = points_of(changes, year, LawTarget.NIIT)
    if not (ordinary or long_term or niit):
        return tables
    moved = {
        status: replace(
            table,
            brackets=tuple(replace(b, rate=max(ZERO, b.rate + ordinary)) for b in table.brackets),
        )
        for status, table in tables.tables.items()
    }
    zero, fifteen, twenty = tables.preferential_rates
    raised = (zero, max(ZERO, fifteen + long_term), max(ZERO, twenty + long_term))
    return replace(
        tables,
        tables=moved,
        niit_rate=max(ZERO, tables.niit_rate + niit),
        preferential_rates=raised,
    )
