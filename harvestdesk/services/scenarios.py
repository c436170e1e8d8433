"""Scenarios: plans under a name, A, B, C and on, kept in the household's file and laid beside each other."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count as counter

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind
from harvestdesk.domain.proposal import Proposal, WeightChange
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.asked_words import asked_rows
from harvestdesk.services import plans
from harvestdesk.services.context import AppContext

_SETTING = "scenarios"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Scenario:
    """A plan under a name."""

    name: str
    proposal_id: ProposalId


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One setting that is not the same in every scenario.

    Attributes:
        values: in the order of the scenarios; "" where the job has no such setting.
    """

    field: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """What one scenario comes to; dollars unless said.

    Attributes:
        losses, gains: realised in taxed accounts, both positive.
        tax: of the year with the plan less without; negative saves.
        worst_class, worst_drift: the asset class farthest from its target after the plan, as a fraction of
            value; "" and None without targets.
        turnover: sold, as a fraction of value; None where it is not known.
        orders: sales and purchases; lots of one security in one account are one order.
        gap: relative distance from the proven bound.
        stale: the household changed since the plan was made.
    """

    name: str
    proposal_id: ProposalId
    kind: PlanKind
    as_of: date
    losses: Decimal
    gains: Decimal
    tax: Decimal
    tracking_error_bp: Decimal
    worst_class: str
    worst_drift: Decimal | None
    turnover: Decimal | None
    orders: int
    cash: Decimal
    gap: float
    passed: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """Scenarios side by side, in the order they were named.

    Attributes:
        asked: settings in which they differ; all that are unusual where there is one scenario only.
    """

    rows: tuple[ScenarioRow, ...]
    asked: tuple[AskedLine, ...]


def scenarios(ctx: AppContext) -> tuple[Scenario, ...]:
    """Return the named plans in the order they were named; those whose plan is gone are left out."""
    there = set(ctx.book.proposal_ids())
    return tuple(s for s in _read(ctx) if s.proposal_id in there)


def next_name(ctx: AppContext) -> str:
    """Return the first of A, B, ... Z, AA, AB, ... that no scenario has."""
    taken = {_key(s.name) for s in scenarios(ctx)}
    return next(name for n in counter(1) if _key(name := _letters(n)) not in taken)


def save(ctx: AppContext, proposal_id: str, name: str = "") -> Changes:
    """Keep a stored plan as a scenario, under the next letter if no name is given.

    A name that is taken now means this plan.

    Raises:
        BadInputError: no such plan, or a name too long to head a column.
    """
    proposal = plans.find(ctx, proposal_id)
    name = _checked(name) if name.strip() else next_name(ctx)
    kept = list(scenarios(ctx))
    new = Scenario(name, proposal.id)
    place = next((n for n, s in enumerate(kept) if _key(s.name) == _key(name)), None)
    if place is None:
        kept.append(new)
    else:
        kept[place] = new
    return _write(ctx, f"Scenario {name}", kept)


def keep_next(ctx: AppContext, proposal_id: str) -> str:
    """Keep a stored plan under the next letter; returns its name.

    Raises:
        BadInputError: no such plan.
    """
    name = next_name(ctx)
    save(ctx, proposal_id, name)
    return name


def rename(ctx: AppContext, name: str, new_name: str) -> Changes:
    """Give a scenario another name.

    Raises:
        BadInputError: no such scenario, or the new name is empty, too long or taken.
    """
    kept = list(scenarios(ctx))
    place = _place(kept, name)
    new_name = _checked(new_name)
    if any(_key(s.name) == _key(new_name) for n, s in enumerate(kept) if n != place):
        raise BadInputError(
            f"There is a scenario {new_name} already; two could not be told apart.",
            code="scenario.taken",
        )
    kept[place] = Scenario(new_name, kept[place].proposal_id)
    return _write(ctx, f"Rename scenario {name}", kept)


def drop(ctx: AppContext, name: str) -> Changes:
    """Take a name away; its plan stays stored.

    Raises:
        BadInputError: no such scenario.
    """
    kept = list(scenarios(ctx))
    del kept[_place(kept, name)]
    return _write(ctx, f"Drop scenario {name}", kept)


def compare(ctx: AppContext) -> ScenarioTable:
    """Return every scenario with what it comes to, and the settings in which they differ."""
    now: dict[date, HouseholdSnapshot] = {}
    rows: list[ScenarioRow] = []
    found: list[Proposal] = []
    for scenario in scenarios(ctx):
        proposal = plans.find(ctx, scenario.proposal_id)
        if proposal.as_of not in now:
            now[proposal.as_of] = ctx.snapshot(proposal.as_of)
        rows.append(_row(scenario.name, proposal, now[proposal.as_of]))
        found.append(proposal)
    return ScenarioTable(tuple(rows), _asked(found, ctx.snapshot()))


def _row(name: str, proposal: Proposal, snapshot: HouseholdSnapshot) -> ScenarioRow:
    results = [s.recognized for s in proposal.sales]
    worst = _worst(proposal)
    stale = proposal.fingerprint != snapshot.fingerprint
    return ScenarioRow(
        name=name,
        proposal_id=proposal.id,
        kind=proposal.kind,
        as_of=proposal.as_of,
        losses=-sum((r for r in results if r < 0), ZERO),
        gains=sum((r for r in results if r > 0), ZERO),
        tax=proposal.after.tax - proposal.before.tax,
        tracking_error_bp=proposal.after.tracking_error_bp,
        worst_class=worst.name if worst else "",
        worst_drift=_off(worst) if worst else None,
        turnover=_turnover(proposal, None if stale else snapshot.total_value()),
        orders=order_count(proposal),
        cash=proposal.after.cash,
        gap=proposal.solver.gap,
        passed=proposal.passed,
        stale=stale,
    )


def order_count(proposal: Proposal) -> int:
    """Return sales and purchases; lots of one security in one account are one order."""
    sold = {(s.account_id, s.security_id) for s in proposal.sales}
    return len(sold) + len(proposal.purchases)


def _worst(proposal: Proposal) -> WeightChange | None:
    weights = proposal.measures.weights if proposal.measures else ()
    meant = [w for w in weights if w.kind == "asset_class" and w.target is not None]
    return max(meant, key=lambda w: (abs(_off(w)), w.name), default=None)


def _off(weight: WeightChange) -> Decimal:
    return weight.after - (weight.target or ZERO)


def _turnover(proposal: Proposal, value: Decimal | None) -> Decimal | None:
    if proposal.measures is not None:
        return proposal.measures.turnover
    sold = sum((s.proceeds for s in proposal.sales), ZERO)
    return sold / value if value else None


def _asked(found: Sequence[Proposal], snapshot: HouseholdSnapshot) -> tuple[AskedLine, ...]:
    columns = [{r.field: r for r in asked_rows(p.settings, snapshot)} for p in found]
    labels: dict[str, str] = {}
    for column in columns:
        for field, row in column.items():
            labels.setdefault(field, row.label)
    lines = []
    for field, label in labels.items():
        values = tuple(c[field].value if field in c else "" for c in columns)
        usual = all(c[field].usual for c in columns if field in c)
        if len(set(values)) > 1 or (len(columns) == 1 and not usual):
            lines.append(AskedLine(field, label, values))
    return tuple(lines)


def scenario_title(row: ScenarioRow) -> str:
    """Return a scenario's name with the job of its plan."""
    return f"{row.name}: {PLAN_NAMES[row.kind].lower()}"


def _read(ctx: AppContext) -> tuple[Scenario, ...]:
    text = ctx.book.settings().get(_SETTING, "[]")
    try:
        return tuple(
            Scenario(str(entry["name"]), ProposalId(str(entry["plan"])))
            for entry in json.loads(text)
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            "The names of this household's scenarios can't be read; take the last step back, or restore a backup.",
            code="scenario.damaged",
        ) from error


def _write(ctx: AppContext, label: str, kept: Sequence[Scenario]) -> Changes:
    text = json.dumps([{"name": s.name, "plan": s.proposal_id} for s in kept])
    with ctx.book.write(label) as w:
        w.put_setting(_SETTING, text)
    return w.changes


def _place(kept: Sequence[Scenario], name: str) -> int:
    for n, scenario in enumerate(kept):
        if _key(scenario.name) == _key(name):
            return n
    known = ", ".join(s.name for s in kept) or "none yet"
    raise BadInputError(
        f"There is no scenario {name}. Expected one of: {known}.", code="scenario.missing"
    )


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise BadInputError(
            f"A scenario's name is 1 to {_LONGEST} characters.", code="scenario.name", field="name"
        )
    return name


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _letters(number: int) -> str:
    """Return A for 1, Z for 26, AA for 27."""
    text = ""
    while number:
        number, rest = divmod(number - 1, len(_LETTERS))
        text = _LETTERS[rest] + text
    return text
