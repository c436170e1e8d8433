"""The year's tax: results so far, what they cost with and without the plan, and what the next dollar does."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.household import TaxProfile
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ONE, ZERO, cents
from harvestdesk.domain.proposal import Proposal, Reason
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, ExternalKind, ExternalTerm
from harvestdesk.services.views.tax_brackets import bracket_bar, crossings
from harvestdesk.services.views.tax_measures import measures
from harvestdesk.services.views.tax_notes import notes
from harvestdesk.services.views.tax_readings import reading_notes
from harvestdesk.services.views.tax_rows import (
    CarryRow,
    Certainty,
    NextDollar,
    NextKind,
    OutsideRow,
    QuarterRow,
    TaxMeasure,
    TaxView,
    TermRow,
    Told,
)
from harvestdesk.services.views.tax_work import Planned, TaxWork, facts, worked_out
from harvestdesk.tax.liability import marginal_value

_UNDATED = "profile"


def tax_view(
    snapshot: HouseholdSnapshot,
    proposal: Proposal | None = None,
    year: int | None = None,
    *,
    readings: bool = True,
) -> TaxView:
    """Return the tax of a year, as things stand and with a plan carried out.

    Args:
        snapshot: the household on its day.
        proposal: the plan to compare with; sales whose shares are gone are left out.
        year: tax year; that of the day unless told. Purchases after a past year's end still count for it.
        readings: remark on other readings of wash-sale law that would change the year; takes the longest.
    """
    work = worked_out(snapshot, proposal, year)
    rows = measures(work)
    terms = (_term(work, Term.SHORT), _term(work, Term.LONG))
    outside = _outside(work)
    tax = next(r for r in rows if r.measure is TaxMeasure.CAPITAL_TAX)
    planned = None if tax.planned is None else Told(tax.planned, tax.why)
    profile = snapshot.household.tax
    return TaxView(
        year=work.year,
        as_of=snapshot.as_of,
        answer=_answer(work),
        typed=work.typed,
        has_income=has_income(profile),
        has_plan=work.plan is not None,
        complete=work.results.complete,
        sales=len({s.sale for s in work.results.slices}),
        capital_tax=Told(tax.now, tax.why),
        planned_tax=planned,
        carried=_carried(work.now),
        planned_carried=None if work.plan is None else _carried(work.plan),
        terms=(*terms, _together(terms)),
        outside=outside,
        quarters=_quarters(outside),
        measures=rows,
        carry=_carry(work),
        next_dollars=tuple(_next(work, kind) for kind in NextKind),
        crossings=() if work.typed else crossings(work),
        bar=bracket_bar(work),
        notes=(*notes(work), *(reading_notes(snapshot, work.year) if readings else ())),
    )


def has_income(profile: TaxProfile) -> bool:
    """Return True when the profile tells some income of the year."""
    return bool(profile.wages or profile.investment_income or profile.qualified_dividends)


# --- the answer ----------------------------------------------------------------------------------------
def _answer(work: TaxWork) -> Reason:
    tax, said = cents(work.now.year_tax.tax), {"year": str(work.year)}
    said |= _cost_or_saving(tax, "cost", "saved")
    if not tax:
        said["nothing"] = "no tax"
    if work.plan is None:
        carried = _carried(work.now)
        if carried:
            said |= facts(carried=carried, next_year=work.year + 1)
        return Reason("answer", said)
    after = cents(work.plan.year_tax.tax)
    if tax > 0:
        said |= _cost_or_saving(after, "plan_cost", "plan_saved") or facts(plan_cost=ZERO)
    elif after < tax:
        said |= facts(plan_more=-after)
    else:
        said["plan_same"] = "would leave that as it is" if after == tax else "would save less"
    carried = _carried(work.plan)
    if carried:
        said |= facts(plan_carried=carried, after_year=work.year + 1)
    return Reason("answer", said)


def _cost_or_saving(tax: Decimal, cost: str, saving: str) -> dict[str, str]:
    if not tax:
        return {}
    return facts(**{cost if tax > 0 else saving: abs(tax)})


def _carried(planned: Planned) -> Decimal:
    netting = planned.year_tax.netting
    return netting.carryover_short + netting.carryover_long


# --- results so far ------------------------------------------------------------------------------------
def _term(work: TaxWork, term: Term) -> TermRow:
    rows = [row for row in work.results.rows if row.term is term]
    gains = [row for row in rows if row.gain > 0]
    losses = [row for row in rows if row.gain < 0]
    disallowed = sum((row.disallowed for row in rows), ZERO)
    lost = sum((row.permanent for row in rows), ZERO)
    paid = work.results.distributions_long if term is Term.LONG else ZERO
    outside, told_outside = _realised_outside(work, term)
    values = {
        "gains": sum((s.gain for s in gains), ZERO),
        "losses": sum((s.gain for s in losses), ZERO),
        "disallowed": disallowed,
        "distributions": paid,
        "outside": outside,
    }
    year = work.year
    words = f"{term.value}-term"
    return TermRow(
        term=term,
        gains=Told(values["gains"], _counted("gains", year, words, len(gains))),
        losses=Told(values["losses"], _counted("losses", year, words, len(losses))),
        disallowed=Told(
            disallowed,
            Reason(
                "disallowed" if disallowed else "not_disallowed",
                facts(year=year, permanent=lost or None) | {"term": words},
            ),
        ),
        distributions=Told(
            paid,
            Reason("distributions" if term is Term.LONG else "no_distributions", facts(year=year)),
        ),
        outside=Told(outside, told_outside),
        net=Told(sum(values.values(), ZERO), Reason("net_so_far", facts(**values))),
    )


def _counted(code: str, year: int, words: str, count: int) -> Reason:
    plural = None if count == 1 else "s"
    told = facts(year=year, rows=count, s=plural) | {"term": words}
    return Reason(code if count else f"no_{code}", told)


def _realised_outside(work: TaxWork, term: Term) -> tuple[Decimal, Reason]:
    profile = work.snapshot.household.tax
    undated = profile.realised_short if term is Term.SHORT else profile.realised_long
    mine = (g for g in work.external if g.term.value == term.value and not g.is_dividend)
    dated = sum((g.amount for g in mine if g.realised), ZERO)
    why = Reason("outside_realised", facts(year=work.year, dated=dated, undated=undated))
    return dated + undated, why


def _together(terms: Iterable[TermRow]) -> TermRow:
    columns = list(zip(*(row.parts for row in terms), strict=True))
    sums = [sum((told.value for told in column), ZERO) for column in columns]
    names = ("gains", "losses", "disallowed", "distributions", "outside")
    net = Reason("net_so_far", facts(**dict(zip(names, sums[:-1], strict=True))))
    whys = [Reason("both_terms"), *[Reason("both_terms")] * 4, net]
    told = [Told(value, why) for value, why in zip(sums, whys, strict=True)]
    return TermRow(None, *told)


# --- outside the accounts --------------------------------------------------------------------------------
def _outside(work: TaxWork) -> tuple[OutsideRow, ...]:
    profile = work.snapshot.household.tax
    rows = [_outside_row(g) for g in sorted(work.external, key=lambda g: (g.on, g.id))]
    for term, amount in (
        (ExternalTerm.SHORT, profile.realised_short),
        (ExternalTerm.LONG, profile.realised_long),
    ):
        if amount:
            rows.append(_undated(term, amount))
    return tuple(rows)


def _outside_row(gain: ExternalGain) -> OutsideRow:
    sure = gain.probability == 1
    certainty = (
        Certainty.REALISED if gain.realised else Certainty.KNOWN if sure else Certainty.EXPECTED
    )
    why = Reason(
        f"outside_{certainty.value}_row",
        facts(
            amount=gain.amount,
            probability=gain.probability,
            dividend="ordinary income" if gain.is_dividend else None,
        ),
    )
    return OutsideRow(
        id=gain.id,
        quarter=(gain.on.month + 2) // 3,
        kind=gain.kind,
        note=gain.note,
        term=gain.term,
        amount=gain.amount,
        probability=ONE if gain.realised else gain.probability,
        certainty=certainty,
        counted=Told(gain.expected, why),
        is_dividend=gain.is_dividend,
    )


def _undated(term: ExternalTerm, amount: Decimal) -> OutsideRow:
    return OutsideRow(
        id=f"{_UNDATED}-{term.value}",
        quarter=None,
        kind=ExternalKind.OTHER_ACCOUNT,
        note="",
        term=term,
        amount=amount,
        probability=ONE,
        certainty=Certainty.REALISED,
        counted=Told(amount, Reason("outside_profile_row")),
    )


def _quarters(rows: tuple[OutsideRow, ...]) -> tuple[QuarterRow, ...]:
    """Return the quarters that hold something, what has no date, then the year."""
    if not rows:
        return ()
    found = sorted({r.quarter for r in rows if r.quarter is not None})
    parts = [_quarter(q, [r for r in rows if r.quarter == q]) for q in found]
    undated = [r for r in rows if r.quarter is None]
    if undated:
        parts.append(replace(_quarter(None, undated), undated=True))
    return (*parts, _quarter(None, rows))


def _quarter(quarter: int | None, rows: Iterable[OutsideRow]) -> QuarterRow:
    rows = tuple(rows)
    open_ = [r for r in rows if r.certainty is Certainty.EXPECTED]
    paid = [r for r in rows if r.is_dividend]
    short = [r for r in rows if r.term is ExternalTerm.SHORT and not r.is_dividend]
    counted, expected, in_short, dividends = (
        sum((r.counted.value for r in part), ZERO) for part in (rows, open_, short, paid)
    )
    in_long = counted - in_short - dividends
    return QuarterRow(quarter, counted - expected, expected, in_short, in_long, dividends)


# --- carryforwards -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Carry:
    term: Term | None
    carried_in: Decimal
    out: Decimal
    planned_out: Decimal | None


def _carry(work: TaxWork) -> tuple[CarryRow, ...]:
    profile, now = work.snapshot.household.tax, work.now.year_tax.netting
    plan = work.plan.year_tax.netting if work.plan else None
    short = _Carry(
        Term.SHORT,
        profile.carryforward_short,
        now.carryover_short,
        plan.carryover_short if plan else None,
    )
    long = _Carry(
        Term.LONG,
        profile.carryforward_long,
        now.carryover_long,
        plan.carryover_long if plan else None,
    )
    both = _Carry(
        None,
        short.carried_in + long.carried_in,
        short.out + long.out,
        plan.carryover_short + plan.carryover_long if plan else None,
    )
    return tuple(_carry_row(work.year, x) for x in (short, long, both))


def _carry_row(year: int, carry: _Carry) -> CarryRow:
    used = carry.carried_in - carry.out
    code = "carried_out" if used >= 0 else "carried_out_more"
    why = Reason(
        code,
        facts(next_year=year + 1, carried_in=carry.carried_in, used=used, added=-used),
    )
    return CarryRow(
        term=carry.term,
        carried_in=Told(carry.carried_in, Reason("carried_in", facts(year=year))),
        used=used,
        carried_out=Told(carry.out, why),
        planned_out=carry.planned_out,
    )


# --- the next dollar ---------------------------------------------------------------------------------------
def _next(work: TaxWork, kind: NextKind) -> NextDollar:
    """One further dollar, walked through the year as it is projected."""
    signed = -ONE if kind.is_loss else ONE
    found = marginal_value(work.situation, work.now.short, work.now.long, signed, kind.term)
    # A gain is told by what it costs, a loss by what it saves.
    sign = ONE if kind.is_loss else -ONE
    now, later = sign * found.now, sign * (found.present_value - found.now)
    discount = work.snapshot.household.tax.discount_rate
    why = Reason(
        "next_loss" if kind.is_loss else "next_gain",
        {"term": f"{kind.term.value}-term"}
        | facts(now=now, later=later or None, discount=discount),
    )
    return NextDollar(kind, Told(now, why), later)
