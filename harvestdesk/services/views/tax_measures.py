"""The whole year with and without the plan: Schedule D, income tax, what is carried on."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Reason
from harvestdesk.domain.tax_year import ExternalTerm
from harvestdesk.services.views.tax_rows import MeasureRow, TaxMeasure
from harvestdesk.services.views.tax_work import Planned, TaxWork, facts
from harvestdesk.tax.income_tax import IncomeTax
from harvestdesk.tax.liability import YearTax, marginal_rates
from harvestdesk.tax.netting import deduction_limit

_Pick = Callable[[YearTax], Decimal]


def measures(work: TaxWork) -> tuple[MeasureRow, ...]:
    """Return what is compared; lines of the income tax only where tables are walked."""
    return (*_schedule_d(work), *_income(work), *_outcome(work))


def _row(work: TaxWork, measure: TaxMeasure, pick: _Pick, why: Reason) -> MeasureRow:
    planned = None if work.plan is None else pick(work.plan.year_tax)
    return MeasureRow(measure, pick(work.now.year_tax), planned, why)


def _schedule_d(work: TaxWork) -> Iterator[MeasureRow]:
    measure, limit = TaxMeasure, _loss_limit(work)
    yield _row(work, measure.NET_SHORT, lambda y: y.netting.net_short, _net_why(work, Term.SHORT))
    yield _row(work, measure.NET_LONG, lambda y: y.netting.net_long, _net_why(work, Term.LONG))
    yield _row(work, measure.NET, lambda y: y.netting.total, Reason("net"))
    yield _row(
        work,
        measure.DEDUCTION,
        lambda y: y.netting.deduction,
        Reason("deduction", facts(limit=limit)),
    )


def _loss_limit(work: TaxWork) -> Decimal:
    return deduction_limit(work.situation.profile.filing_status)


def _net_why(work: TaxWork, term: Term) -> Reason:
    profile = work.situation.profile
    short = term is Term.SHORT
    undated = profile.realised_short if short else profile.realised_long
    carried = profile.carryforward_short if short else profile.carryforward_long
    kind = ExternalTerm.SHORT if short else ExternalTerm.LONG
    outside = undated + work.situation.external_of(kind)
    sales = work.now.short if short else work.now.long
    plan = work.planned_of(term) if work.plan is not None else None
    return Reason(
        f"net_{term.value}",
        facts(sales=sales, outside=outside, carried=carried, plan=plan),
    )


def _income(work: TaxWork) -> Iterator[MeasureRow]:
    now = work.now.year_tax.income
    if now is None:
        return
    measure = TaxMeasure
    known = work.now.year_tax.state_known
    profile = work.situation.profile
    has_state = bool(profile.state) or profile.state_rate is not None
    yield _line(
        work,
        measure.TAXABLE_INCOME,
        lambda i: i.taxable_income,
        facts(agi=now.agi, deduction=now.deduction),
    )
    yield _line(work, measure.INCOME_TAX, lambda i: i.income_tax, _income_facts(work, now))
    yield _line(work, measure.NIIT, lambda i: i.niit, _niit_facts(work, now))
    if has_state and known:
        yield _line(work, measure.STATE_TAX, lambda i: i.state_tax or ZERO, _state_facts(work))
    state = _state_name(work) if has_state and known else None
    yield _line(work, measure.TOTAL_TAX, lambda i: i.total, facts(year=work.year, state=state))


def _line(
    work: TaxWork,
    measure: TaxMeasure,
    pick: Callable[[IncomeTax], Decimal],
    told: dict[str, str],
) -> MeasureRow:
    def of(year: YearTax) -> Decimal:
        return ZERO if year.income is None else pick(year.income)

    return _row(work, measure, of, Reason(measure.value, told))


def _income_facts(work: TaxWork, income: IncomeTax) -> dict[str, str]:
    tables = work.tables
    zero, fifteen, twenty = tables.preferential_rates if tables else (None, None, None)
    return facts(
        year=work.year,
        ordinary=income.ordinary_income,
        preferential=income.at_0 + income.at_15 + income.at_20,
        at_0=income.at_0,
        at_15=income.at_15,
        at_20=income.at_20,
        rate_0=zero,
        rate_15=fifteen,
        rate_20=twenty,
    )


def _niit_facts(work: TaxWork, income: IncomeTax) -> dict[str, str]:
    tables, table = work.tables, work.table
    return facts(
        rate=tables.niit_rate if tables else None,
        investment=income.net_investment_income,
        agi=income.agi,
        threshold=table.niit_threshold if table else None,
    )


def _state_name(work: TaxWork) -> str:
    rules, code = work.situation.state, work.situation.profile.state
    return rules.name if rules is not None else code or "the state"


def _state_facts(work: TaxWork) -> dict[str, str]:
    rules, profile = work.situation.state, work.situation.profile
    typed = profile.state_rate
    rate = typed if typed is not None else rules.rate if rules else None
    sources = "typed in the tax profile" if typed is not None else ""
    if rules is not None and not sources:
        sources = rules.primary
    special = rules.special.rstrip(".") if rules else ""
    return facts(state=_state_name(work), rate=rate) | {"special": special, "sources": sources}


def _outcome(work: TaxWork) -> Iterator[MeasureRow]:
    measure = TaxMeasure
    yield _row(work, measure.CAPITAL_TAX, lambda y: y.tax, _tax_why(work, work.now))
    yield _row(
        work,
        measure.CARRIED_SHORT,
        lambda y: y.netting.carryover_short,
        Reason("carried_short"),
    )
    yield _row(
        work, measure.CARRIED_LONG, lambda y: y.netting.carryover_long, Reason("carried_long")
    )


def _tax_why(work: TaxWork, planned: Planned) -> Reason:
    year = planned.year_tax
    if year.income is not None and year.without is not None:
        told = facts(total=year.income.total, without=year.without.total)
        return Reason("capital_tax", told)
    rates = marginal_rates(work.situation)
    netting = year.netting
    return Reason(
        "capital_tax_typed",
        facts(
            short=netting.taxable_short,
            long=netting.taxable_long,
            deduction=netting.deduction,
            rate_short=rates.short,
            rate_long=rates.long,
            rate_ordinary=rates.ordinary,
        ),
    )
