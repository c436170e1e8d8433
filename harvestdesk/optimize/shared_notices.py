"""Warnings and tasks that plans of any kind share: codes and facts, worded by the reports."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.money import ZERO, money_text
from harvestdesk.domain.proposal import LotSale, PlanFigures
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.thin_evidence import options, uncovered
from harvestdesk.risk.benchmark import untracked_classes
from harvestdesk.risk.builtin_classes import is_cash
from harvestdesk.risk.factor_model import FactorModel
from harvestdesk.risk.returns import FaultKind
from harvestdesk.tax.basis import tax_basis
from harvestdesk.tax.situation import situation_of
from harvestdesk.washsale.evidence import Evidence, Finding
from harvestdesk.washsale.outlook import pause_tasks

NAMED_AT_MOST = 12
NAMED_IN_SHORT = 3
_FAULT_NOTICES = (
    (FaultKind.SPLIT_LIKE, "prices_like_split", Severity.WARNING),
    (FaultKind.JUMP, "prices_jump", Severity.INFO),
    (FaultKind.STALE, "prices_stood_still", Severity.INFO),
    (FaultKind.CONSTANT, "prices_never_moved", Severity.WARNING),
)
_GRAVITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def by_gravity(found: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return notices with the gravest kinds first."""
    return tuple(sorted(found, key=lambda n: _GRAVITY[n.severity]))


def evidence_notices(
    snapshot: HouseholdSnapshot, sales: Sequence[LotSale], thin: Mapping[LotId, Finding]
) -> Iterator[Notice]:
    """Losses that stand only as far as is known: a missing purchase is no proof that there is none."""
    for state, code in (
        (Evidence.COVERAGE_INCOMPLETE, "coverage_incomplete"),
        (Evidence.UNCLEAR, "evidence_unclear"),
    ):
        found = {k: f for k, f in thin.items() if f.state is state}
        if not found:
            continue
        gaps = [g for f in found.values() for g in f.gaps]
        sold = [s.security_id for s in sales if s.lot_id in found]
        facts = {
            "sales": str(len(found)),
            "of_sales": str(len(sales)),
            "symbols": symbols_named(snapshot, sold, NAMED_IN_SHORT),
        }
        if state is Evidence.UNCLEAR:
            yield Notice(code, {**facts, "options": ", ".join(options(snapshot, gaps))})
        else:
            yield Notice(code, {**facts, "uncovered": uncovered(snapshot, gaps)})


def lock_notices(snapshot: HouseholdSnapshot, locks: Sequence[WashLock]) -> Iterator[Notice]:
    """A plan's own locks that run into the next year."""
    as_of = snapshot.as_of
    late = [k for k in locks if k.last_day > date(as_of.year, 12, 31)]
    if not late:
        return
    safe = max(k.first_safe_day for k in late).isoformat()
    symbols = symbols_named(snapshot, [s for k in late for s in k.security_ids])
    last = max(k.last_day for k in late).isoformat()
    yield Notice(
        "locks_into_january", {"symbols": symbols, "last_day": last, "first_safe_day": safe}
    )
    yield Notice("january_purchases", {"year": str(as_of.year), "first_safe_day": safe})


def task_notices(
    snapshot: HouseholdSnapshot, security_ids: Iterable[SecurityId]
) -> Iterator[Notice]:
    """Automatic buying to switch off where losses of these are sold."""
    reinvesting: dict[tuple[AccountId, str], list[SecurityId]] = defaultdict(list)
    for task in pause_tasks(snapshot, security_ids):
        until = task.pause_through.isoformat()
        if task.cause == "reinvestment":
            reinvesting[task.account_id, until].append(task.security_id)
            continue
        facts = {
            "symbol": snapshot.security_by_id[task.security_id].symbol,
            "account": snapshot.account_by_id[task.account_id].name,
            "type": task.cause,
            "next_on": task.next_on.isoformat() if task.next_on else "",
            "until": until,
        }
        yield Notice("pause_scheduled", facts)
    for (account_id, until), securities in reinvesting.items():
        facts = {
            "symbols": symbols_named(snapshot, securities),
            "account": snapshot.account_by_id[account_id].name,
            "until": until,
        }
        yield Notice("pause_reinvestment", facts)


def price_notices(snapshot: HouseholdSnapshot) -> Iterator[Notice]:
    """Prices that are old or missing."""
    held = {lot.security_id for lot in snapshot.lots}
    stale = [s for s in snapshot.prices.stale() if s in held]
    if stale:
        oldest = min(snapshot.prices.prices[s].on for s in stale)
        facts = {"symbols": symbols_named(snapshot, stale), "count": str(len(stale))}
        yield Notice("stale_prices", {**facts, "oldest_on": oldest.isoformat()})
    missing = sorted(s for s in held if snapshot.prices.get(s) is None)
    if missing:
        facts = {"symbols": symbols_named(snapshot, missing), "count": str(len(missing))}
        yield Notice("prices_missing", facts)


def risk_notices(snapshot: HouseholdSnapshot, model: FactorModel) -> Iterator[Notice]:
    """What the figures of risk rest on."""
    held = {lot.security_id for lot in snapshot.lots} | {h.security_id for h in snapshot.outside}
    proxied = [s for s in model.proxied if s in held]
    if not snapshot.risk.use_history:
        yield Notice("risk_history_unused", {"count": str(len(proxied))}, Severity.INFO)
    elif model.builtin_only and proxied:
        yield Notice("risk_builtin_only", {"count": str(len(proxied))})
    elif proxied:
        facts = {"symbols": symbols_named(snapshot, proxied), "count": str(len(proxied))}
        needed = str(snapshot.risk.needed_days)
        yield Notice("risk_history_short", {**facts, "needed_days": needed})
    yield from _fault_notices(snapshot, model, held)
    if not snapshot.class_targets and not snapshot.security_targets:
        yield Notice("no_targets", {}, Severity.INFO)
    untracked = untracked_classes(snapshot)
    if untracked:
        yield Notice("target_class_not_held", {"asset_classes": ", ".join(untracked)})


def _fault_notices(
    snapshot: HouseholdSnapshot, model: FactorModel, held: Collection[SecurityId]
) -> Iterator[Notice]:
    """Prices of what is owned that looked wrong, and what the risk model made of them; cash stands still."""
    cash = {s.id for s in snapshot.securities if is_cash(s)}
    for kind, code, severity in _FAULT_NOTICES:
        found = [
            f
            for f in model.faults
            if f.kind is kind and f.security_id in held and f.security_id not in cash
        ]
        if not found:
            continue
        facts = {
            "symbols": symbols_named(snapshot, [f.security_id for f in found], NAMED_IN_SHORT),
            "count": str(sum(f.days for f in found)),
            "last_on": max(f.on for f in found).isoformat(),
        }
        yield Notice(code, facts, severity)


def carry_notices(before: PlanFigures, after: PlanFigures) -> Iterator[Notice]:
    """Losses the plan carries into the next year."""
    short = after.carryforward_short - before.carryforward_short
    long = after.carryforward_long - before.carryforward_long
    if short > 0 or long > 0:
        facts = {"short": money_text(max(short, ZERO)), "long": money_text(max(long, ZERO))}
        yield Notice("losses_carried", facts, Severity.INFO)


def cash_left_notices(
    snapshot: HouseholdSnapshot, net: Mapping[AccountId, Decimal], least: Decimal
) -> Iterator[Notice]:
    """Proceeds of at least so many dollars that stay in cash."""
    for account_id, amount in net.items():
        if amount >= max(least, Decimal(1)):
            name = snapshot.account_by_id[account_id].name
            yield Notice(
                "cash_left", {"account": name, "amount": money_text(amount)}, Severity.INFO
            )


def tax_basis_notices(snapshot: HouseholdSnapshot) -> Iterator[Notice]:
    """What the tax figures rest on that the person may not expect."""
    basis = tax_basis(situation_of(snapshot))
    if basis.tables_missing:
        yield Notice("tax_tables_missing", {"year": str(basis.year)})
    if basis.figures_of not in (0, basis.year):
        facts = {"year": str(basis.year), "figures_of": str(basis.figures_of)}
        yield Notice("tax_figures_of_other_year", facts)
    if not basis.state_known:
        yield Notice("state_rate_unknown", {"state": basis.state})
    if basis.unconfirmed:
        facts = {"figures": ", ".join(basis.unconfirmed)}
        yield Notice("tax_figures_unconfirmed", facts, Severity.INFO)


def symbols_named(
    snapshot: HouseholdSnapshot, ids: Sequence[SecurityId], most: int = NAMED_AT_MOST
) -> str:
    """Return the symbols of securities in their order, the first few of many."""
    known = snapshot.security_by_id
    names = sorted({known[s].symbol if s in known else str(s) for s in ids})
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
