"""What the reader of the tax page must know: figures not confirmed, history not whole, laws that change."""

from collections.abc import Iterator
from decimal import Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.tax_year import LawChange, LawTarget
from harvestdesk.reports.figures import joined, percent
from harvestdesk.services.views.naming import Names
from harvestdesk.services.views.tax_work import TaxWork, facts
from harvestdesk.tax.basis import concerns
from harvestdesk.tax.liability import marginal_rates

_NAMED = 4
"""So many things are named in a remark; of more only the number."""
TARGETS = {
    LawTarget.ORDINARY: "ordinary rates",
    LawTarget.LONG_TERM: "long-term rates",
    LawTarget.NIIT: "the net investment income tax",
    LawTarget.STATE: "the state's rates",
}


def notes(work: TaxWork) -> tuple[Notice, ...]:
    """Return the remarks, what may be wrong before what is good to know."""
    found = (
        *_return(work),
        *_history(work),
        *_rates(work),
        *_state(work),
        *_plan(work),
        *_laws(work),
        *_gains(work),
    )
    return tuple(sorted(found, key=lambda n: n.severity is Severity.INFO))


def _note(code: str, *, info: bool = False, **values: Decimal | int | str | None) -> Notice:
    return Notice(code, facts(**values), Severity.INFO if info else Severity.WARNING)


def _return(work: TaxWork) -> Iterator[Notice]:
    """Yield whose accounts count where the spouse's sales belong on another return."""
    found = work.snapshot.return_accounts
    if found.left_out:
        left = named([a.name for a in found.left_out])
        yield _note("other_return", accounts=left, spouse=found.spouse)
    if found.shared:
        shared = named([a.name for a in found.shared])
        yield _note("shared_accounts", accounts=shared, spouse=found.spouse)


def _history(work: TaxWork) -> Iterator[Notice]:
    results = work.results
    if results.unknown:
        sales = sorted({s.sale for s in results.unknown})
        names = Names.of(work.snapshot)
        symbols = sorted({names.symbol(SecurityId(s.symbol)) for s in results.unknown})
        yield _note(
            "unknown_basis",
            sales=len(sales),
            s=_plural(len(sales)),
            year=work.year,
            symbols=named(symbols),
        )
    if results.problems:
        count = len({p.text for p in results.problems})
        yield _note("history_incomplete", problems=count, s=_plural(count), year=work.year)
    if results.permanent:
        yield _note("permanent", amount=results.permanent, year=work.year)


def _rates(work: TaxWork) -> Iterator[Notice]:
    profile, tables = work.situation.profile, work.tables
    present = work.snapshot.as_of.year
    if work.year != present:
        yield _note("profile_of_other_year", year=work.year, present=present)
    has_income = bool(profile.wages or profile.investment_income or profile.qualified_dividends)
    if work.typed:
        rates = marginal_rates(work.situation)
        yield _note(
            "typed_over_income" if has_income else "typed_rates",
            info=True,
            short=rates.short,
            long=rates.long,
            ordinary=rates.ordinary,
        )
        return
    if not has_income:
        yield _note("no_income", year=work.year)
    if tables is None:
        return
    if tables.figures_of != work.year:
        older = tables.figures_of > work.year
        code = "figures_of_older_year" if older else "figures_of_other_year"
        yield _note(code, year=work.year, figures_of=tables.figures_of)
    open_figures = [f for f in tables.figures if not f.confirmed and concerns(f.name, profile)]
    if open_figures:
        yield _note(
            "unconfirmed_figures", figures=named([figure_words(f.name) for f in open_figures])
        )


def figure_words(name: str) -> str:
    """Return a figure's name in words: `married_joint.bracket_tops[2]` -> `bracket tops 3`."""
    group, _, last = name.rpartition(".")
    if group == "senior_deduction":
        last = f"{group}_{last.partition('_start_')[0]}".removesuffix("_amount")
    words, _, number = last.partition("[")
    plain = words.replace("_", " ")
    return f"{plain} {int(number.rstrip(']')) + 1}" if number else plain


def _state(work: TaxWork) -> Iterator[Notice]:
    profile, rules = work.situation.profile, work.situation.state
    if work.typed or not profile.state:
        return
    if not work.now.year_tax.state_known:
        yield _note("state_unknown", state=rules.name if rules else profile.state)
    elif rules is not None and profile.state_rate is None and not rules.confirmed:
        parts = "; ".join(p.strip().rstrip(".") for p in rules.unconfirmed)
        yield _note("unconfirmed_state", state=rules.name, parts=parts or None)


def _plan(work: TaxWork) -> Iterator[Notice]:
    plan = work.proposal
    if plan is None:
        return
    if work.plan is None:
        yield _note("plan_other_year", info=True, plan_year=plan.as_of.year)
        return
    if plan.fingerprint != work.snapshot.fingerprint:
        yield _note("plan_stale")
    if not plan.passed:
        yield _note("plan_failed")
    if work.sold:
        yield _note("plan_sold", info=True, lots=work.sold)


def _laws(work: TaxWork) -> Iterator[Notice]:
    for change in work.situation.changes:
        applied = change.from_year <= work.year
        yield _note(
            "law_change" if applied else "law_change_later",
            info=not applied,
            year=work.year,
            from_year=change.from_year,
            points=points_words(change),
            target=TARGETS[change.target],
            note=change.note.strip().rstrip(".") or None,
        )


def points_words(change: LawChange) -> str:
    """Return what a change adds: `+5.0 points`."""
    text = percent(change.points).removesuffix("%")
    return f"{'+' if change.points > 0 else ''}{text} points"


def _gains(work: TaxWork) -> Iterator[Notice]:
    open_gains = [g for g in work.external if not g.realised and g.probability < 1]
    amount = sum((g.expected for g in open_gains), ZERO)
    if open_gains:
        what = "losses" if amount < 0 else "gains"
        yield _note("expected_gains", info=True, amount=abs(amount), what=what)


def named(names: list[str]) -> str:
    """Return some names, and how many more there are."""
    if len(names) <= _NAMED:
        return joined(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def _plural(count: int) -> str | None:
    return None if count == 1 else "s"
