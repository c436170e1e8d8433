"""Where the tax on the next dollar of gain changes, and to what: a walk from line to line.

Between two lines the tax of the year is linear in a gain, so the distance to the nearest line and the rate
up to it are exact. Lines are of the netting (a sign turns, the loss limit is reached), of the tables
(brackets, the 0/15/20 % bands, the net investment income tax) and of the state.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ONE, ZERO, decimal_text
from harvestdesk.domain.tax_year import StateRules, StatusTable, TaxYear
from harvestdesk.tax.income_tax import IncomeTax
from harvestdesk.tax.netting import NettingResult
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.state_tax import state_limit, state_netting
from harvestdesk.tax.year import YearTax, capital_input, state_rules, state_year, year_tax

STEP = Decimal("0.000001")
"""Dollars beyond a line from which the stretch after it is measured."""
REACH = Decimal(10_000_000)
"""Dollars a walk goes each way unless told."""
_SAME_RATE = Decimal("0.000000001")
_MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A line and how far the year is above it, in dollars (negative: below)."""

    code: str
    above: Decimal
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BracketStep:
    """A stretch of further gain (negative amounts: loss) every dollar of which is taxed alike.

    Attributes:
        from_amount, to_amount: dollars on top of the year's results, the smaller first; equal where
            the tax jumps.
        rate: tax on a dollar of gain in the stretch, which is what a dollar of loss saves.
        code: the line at the end away from zero; `reach` where the walk ends.
        facts: what the line is.
        tax: tax of the whole stretch in dollars.
    """

    from_amount: Decimal
    to_amount: Decimal
    rate: Decimal
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    tax: Decimal = ZERO


def bracket_walk(
    situation: TaxSituation, short: Decimal, long: Decimal, term: Term, reach: Decimal = REACH
) -> tuple[BracketStep, ...]:
    """Return the stretches from `reach` dollars of further loss to `reach` dollars of further gain.

    They come in order of amount; `short` and `long` are the ledger's results of the year.
    """
    losses = list(_walk(_Path(situation, short, long, term, -1), reach))
    gains = list(_walk(_Path(situation, short, long, term, 1), reach))
    return tuple(_merged(losses)[::-1] + _merged(gains))


def gain_rate(situation: TaxSituation, short: Decimal, long: Decimal, term: Term) -> Decimal:
    """Return the tax on the next dollar of gain of a term, as a fraction, through netting and tables."""
    return _Path(situation, short, long, term, 1).rate_after(ZERO)


@dataclass(frozen=True, slots=True)
class _Path:
    """A direction: further gain (sign 1) or further loss (sign -1) of a term."""

    situation: TaxSituation
    short: Decimal
    long: Decimal
    term: Term
    sign: int

    def results(self, amount: Decimal) -> tuple[Decimal, Decimal]:
        moved = self.sign * amount
        is_short = self.term is Term.SHORT
        return (self.short + moved, self.long) if is_short else (self.short, self.long + moved)

    def year(self, amount: Decimal) -> YearTax:
        return year_tax(self.situation, *self.results(amount))

    def rate_after(self, amount: Decimal) -> Decimal:
        near, far = self.year(amount + STEP).tax, self.year(amount + 2 * STEP).tax
        return _rounded_rate((far - near) / STEP * self.sign)

    def lines(self, amount: Decimal) -> list[Line]:
        short, long = self.results(amount)
        return list(lines_of(self.situation, short, long, self.year(amount)))


def _walk(path: _Path, reach: Decimal) -> Iterator[BracketStep]:
    """Yield stretches outwards from zero; the last ends at `reach`."""
    at = ZERO
    for _ in range(_MOST_STEPS):
        rate = path.rate_after(at)
        jump = (path.year(at + STEP).tax - path.year(at).tax) - rate * STEP * path.sign
        if abs(jump) > _SAME_RATE:
            here = at * path.sign
            yield BracketStep(
                here, here, ZERO, "jump", {"tax": decimal_text(jump)}, jump * path.sign
            )
        end, line = _next_line(path, at, reach)
        low, high = sorted((at * path.sign + ZERO, end * path.sign + ZERO))
        yield BracketStep(low, high, rate, line.code, line.facts, rate * (high - low))
        if end >= reach:
            return
        at = end


def _next_line(path: _Path, at: Decimal, reach: Decimal) -> tuple[Decimal, Line]:
    """Return the nearest line beyond `at` and how far out it is."""
    best, found = reach, Line("reach", ZERO)
    near = path.lines(at + STEP)
    for a, b in zip(near, path.lines(at + 2 * STEP), strict=True):
        slope = (b.above - a.above) / STEP
        if not slope or a.above * slope >= 0:
            continue
        crossing = at + STEP - a.above / slope
        # Lines crossed together: the first told is the one that is named.
        if crossing < best and crossing > at + STEP:
            best, found = crossing, a
    return best, found


def _merged(steps: list[BracketStep]) -> list[BracketStep]:
    """Join stretches of one rate: a line that changes nothing is no line."""
    joined: list[BracketStep] = []
    for step in steps:
        last = joined[-1] if joined else None
        if last is None or "jump" in (last.code, step.code) or last.rate != step.rate:
            joined.append(step)
            continue
        joined[-1] = BracketStep(
            min(last.from_amount, step.from_amount),
            max(last.to_amount, step.to_amount),
            step.rate,
            step.code,
            step.facts,
            last.tax + step.tax,
        )
    return joined


def lines_of(
    situation: TaxSituation, short: Decimal, long: Decimal, year: YearTax
) -> Iterator[Line]:
    """Yield every line the tax of a year may bend at, with the year's distance from it."""
    yield from _netting_lines(year.netting, situation)
    figures = situation.figures
    if figures is None or year.income is None:
        return
    table = figures.tables[situation.profile.filing_status]
    yield from _band_lines(year.income, table)
    yield from _bracket_lines(year.income, table)
    yield from _investment_lines(year.income, table, situation)
    yield from _senior_lines(year.income, table, figures, situation.profile.seniors)
    rules = state_rules(situation)
    if rules is not None:
        yield from _state_lines(situation, rules, short, long, year.income)


def _netting_lines(net: NettingResult, situation: TaxSituation) -> Iterator[Line]:
    limit = capital_input(situation, ZERO, ZERO).deduction_limit
    yield Line("net_zero", net.total)
    yield Line("loss_limit", net.total + limit, {"limit": decimal_text(limit)})
    yield Line("short_netted", net.net_short)
    yield Line("long_netted", net.net_long)


def _band_lines(income: IncomeTax, table: StatusTable) -> Iterator[Line]:
    """Lines of the 0/15/20 % bands, for taxable income and for the ordinary income below it."""
    over = income.income_over_deduction
    for code, top in (
        ("zero_rate_max", table.zero_rate_max),
        ("fifteen_rate_max", table.fifteen_rate_max),
    ):
        facts = {"line": decimal_text(top)}
        yield Line(code, over - top, facts)
        yield Line(code, over - income.preferential - top, facts)


def _bracket_lines(income: IncomeTax, table: StatusTable) -> Iterator[Line]:
    over = income.income_over_deduction
    yield Line("no_taxable_income", over)
    yield Line("no_ordinary_income", over - income.preferential)
    for bracket, following in zip(table.brackets, table.brackets[1:], strict=False):
        facts = {
            "line": decimal_text(following.lower),
            "rate": decimal_text(bracket.rate),
            "next_rate": decimal_text(following.rate),
        }
        yield Line("bracket", over - income.preferential - following.lower, facts)
        yield Line("bracket", over - following.lower, facts)


def _investment_lines(
    income: IncomeTax, table: StatusTable, situation: TaxSituation
) -> Iterator[Line]:
    """Lines of the net investment income tax: the lesser of that income and what is over the threshold."""
    facts_of_year = situation.income
    over = income.agi - table.niit_threshold
    # Not floored at zero as on the form: a line must be seen from both sides.
    investment = facts_of_year.without_gains - facts_of_year.wages + income.capital_result
    facts = {"line": decimal_text(table.niit_threshold)}
    yield Line("niit_threshold", over, facts)
    yield Line("niit_all_investment_income", investment - over, facts)
    yield Line("no_investment_income", investment)
    # IRC §1(h)(1): the tax by brackets where it is the smaller one.
    yield Line("smaller_tax", income.by_worksheet - income.by_brackets)


def _senior_lines(
    income: IncomeTax, table: StatusTable, figures: TaxYear, seniors: int
) -> Iterator[Line]:
    """Lines between which the deduction for persons of 65 shrinks (P.L. 119-21 sec. 70103)."""
    if not seniors or table.senior_start is None or not figures.senior_phase_out:
        return
    end = table.senior_start + figures.senior_deduction / figures.senior_phase_out
    for code, line in (("senior_shrinks", table.senior_start), ("senior_gone", end)):
        yield Line(code, income.agi - line, {"line": decimal_text(line)})


def _state_lines(
    situation: TaxSituation,
    rules: StateRules,
    short: Decimal,
    long: Decimal,
    income: IncomeTax,
) -> Iterator[Line]:
    year = state_year(situation, capital_input(situation, short, long), income.agi, ZERO)
    net = state_netting(rules, year)
    yield Line("state_net_zero", net.total)
    yield Line("state_loss_limit", net.total + state_limit(rules, year))
    yield Line("state_short_netted", net.net_short)
    yield Line("state_long_netted", net.net_long)
    if rules.surtax:
        facts = {"line": decimal_text(rules.surtax_over)}
        yield Line("state_surtax", income.agi - rules.surtax_over, facts)
    gain = net.net_long if rules.long_only else net.taxable_long
    for code, amount in _state_amounts(rules):
        yield Line(code, gain - amount, {"line": decimal_text(amount)})


def _state_amounts(rules: StateRules) -> Iterator[tuple[str, Decimal]]:
    """Yield the amounts of long-term gain at which a state's tax on it bends."""
    if rules.long_deduction:
        # The deduction comes off what the exempt part leaves.
        yield "state_deduction", rules.long_deduction / max(ONE - rules.long_exempt, _SAME_RATE)
    if rules.long_deduction_instead:
        yield "state_deduction", rules.long_deduction_instead
        if rules.long_exempt:
            yield "state_exempt_part", rules.long_deduction_instead / rules.long_exempt
    if rules.exempt_above is not None:
        yield "state_exempt_above", rules.exempt_above
    if rules.higher_rate is not None:
        yield "state_higher_rate", rules.long_deduction + rules.higher_over


def _rounded_rate(rate: Decimal) -> Decimal:
    return rate.quantize(_SAME_RATE) + ZERO
