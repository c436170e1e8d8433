"""What a plan about long-term gains has to say: the room of the year, what follows from it, gifts and their law."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.money import ZERO, cents, money_text
from harvestdesk.domain.security import SecurityKind
from harvestdesk.optimize.household.gain_room import GainRoom
from harvestdesk.optimize.household.notices import Proof, solver_notices, year_notices
from harvestdesk.optimize.household.verify import Planned
from harvestdesk.optimize.shared_notices import (
    by_gravity,
    price_notices,
    symbols_named,
    tax_basis_notices,
)
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.tax.holding_period import long_term_from
from harvestdesk.tax.liability import YearTax, year_tax
from harvestdesk.washsale.window import WINDOW_DAYS


def gain_notices(plan: Planned, room: GainRoom, gap: float) -> tuple[Notice, ...]:
    """Return every warning of a gain harvest, the gravest kinds first."""
    snapshot = plan.built.snapshot
    return by_gravity(
        (
            *solver_notices(Proof(SolveStatus.OPTIMAL.value, "", gap, gap)),
            *_room(plan, room),
            *_after_it(plan),
            *price_notices(snapshot),
            *year_notices(plan.built),
            *tax_basis_notices(snapshot),
        )
    )


def _room(plan: Planned, room: GainRoom) -> Iterator[Notice]:
    if room.why is not None:
        yield room.why
        return
    gain = sum((s.gain for s in plan.sales), ZERO)
    told = {"room": money_text(room.dollars), "gain": money_text(gain), **room.facts}
    yield Notice("gain_room" if plan.sales else "no_gains_to_take", told, Severity.INFO)


def _after_it(plan: Planned) -> Iterator[Notice]:
    """What taking gains and buying back brings with it."""
    if not plan.sales:
        return
    snapshot, day = plan.built.snapshot, plan.built.snapshot.as_of
    symbols = symbols_named(snapshot, [s.security_id for s in plan.sales])
    state = _state_tax(plan)
    if state > 0:
        name = plan.built.situation.profile.state
        yield Notice("gain_state_tax", {"state": name, "tax": money_text(state)})
    until = day + timedelta(days=WINDOW_DAYS)
    yield Notice("buy_back_washes", {"symbols": symbols, "until": until.isoformat()})
    facts = {"symbols": symbols, "long_on": long_term_from(day).isoformat()}
    yield Notice("buy_back_short", facts, Severity.INFO)
    kinds = snapshot.security_by_id
    funds = [
        s.security_id for s in plan.sales if kinds[s.security_id].kind is SecurityKind.MUTUAL_FUND
    ]
    if funds:
        yield Notice("fund_round_trip", {"symbols": symbols_named(snapshot, funds)})
    yield Notice("gain_other_rules", {}, Severity.INFO)


def _state_tax(plan: Planned) -> Decimal:
    """Return what the state takes of the gains, in dollars."""
    so_far = plan.built.so_far
    situation = so_far.situation(plan.built.snapshot)
    gain = sum((s.recognized for s in plan.sales), ZERO)
    years = (year_tax(situation, so_far.short, so_far.long + more) for more in (gain, ZERO))
    after, before = (_state(year) for year in years)
    return cents(after - before)


def _state(year: YearTax) -> Decimal:
    return ZERO if year.income is None else year.income.state_tax or ZERO
