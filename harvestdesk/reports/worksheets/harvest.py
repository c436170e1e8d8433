"""The year-end harvest worksheet: what a preparer reads, checks off and signs (methods 4.11)."""

from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import Proposal, RiskLimit
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.codes import CAUTIONS
from harvestdesk.reports.document import (
    Block,
    Checklist,
    Heading,
    Paragraph,
    Points,
    Report,
    Signatures,
    Tone,
)
from harvestdesk.reports.figures import count, joined, long_day, number, proved_percent, usd
from harvestdesk.reports.wording import sentence
from harvestdesk.reports.worksheets import harvest_tables as tables
from harvestdesk.reports.worksheets.do_not_buy import lock_blocks
from harvestdesk.reports.worksheets.lot_instructions import NOT_PASSED
from harvestdesk.reports.worksheets.parts import (
    DISCLAIMER,
    account_name,
    by_account,
    footer,
    head,
    loss_of,
    running_head,
)

_TASK_NOTICES = frozenset({"pause_scheduled", "pause_reinvestment"})
"""Notices that stand among the tasks already."""
_WHY_NOTHING = frozenset({"no_loss_lots", "nothing_to_buy", "nothing_fits", "solver_not_optimal"})
"""Notices that say why a plan sells nothing; the rest stands among the remarks."""


def harvest_worksheet(
    proposal: Proposal, snapshot: HouseholdSnapshot, locks: Sequence[WashLock] = ()
) -> Report:
    """Return the worksheet of a harvest plan.

    Args:
        proposal: the plan.
        snapshot: the household the plan was made for.
        locks: locks in force before the plan; those the plan makes are in the plan.
    """
    every_lock = (*proposal.locks, *(k for k in locks if k not in proposal.locks))
    blocks: list[Block] = [
        *_decision(proposal),
        *_room(proposal, snapshot),
        *_trades(proposal, snapshot),
        *lock_blocks(snapshot, every_lock),
        *_left_alone(proposal, snapshot),
        *instruction_blocks(proposal, snapshot),
        *_sign_off(proposal, snapshot, every_lock),
    ]
    return Report(
        title=f"Year-end harvest worksheet {proposal.as_of.year}",
        header=head(proposal, snapshot),
        blocks=tuple(blocks),
        footer=footer(proposal),
        simulated=snapshot.household.simulated,
        running=running_head(snapshot),
        dated=snapshot.as_of,
    )


def decision(proposal: Proposal) -> str:
    """Return the plan in one sentence."""
    if not proposal.sales:
        return "Nothing to sell: " + (
            " ".join(sentence(n) for n in proposal.notices if n.code in _WHY_NOTHING)
            or "no lot can be harvested under the rules of this plan."
        )
    accounts = len({s.account_id for s in proposal.sales})
    terms = joined(
        f"{usd(loss)} {name}"
        for term, name in ((Term.SHORT, "short-term"), (Term.LONG, "long-term"))
        if (loss := loss_of(proposal.sales, term))
    )
    spent = sum((p.amount for p in proposal.purchases), ZERO)
    bought = (
        f"buy {count(len(proposal.purchases), 'replacement')} for {usd(spent)}"
        if proposal.purchases
        else "keep the proceeds in cash"
    )
    return (
        f"Sell {count(len(proposal.sales), 'lot')} in {count(accounts, 'account')} to realise "
        f"{usd(proposal.realised_loss)} of losses ({terms}) and {bought}: the tax on {proposal.as_of.year}'s "
        f"gains goes from {usd(proposal.before.tax)} to {usd(proposal.after.tax)}, and tracking error from "
        f"{_bp(proposal.before.tracking_error_bp)} to {_bp(proposal.after.tracking_error_bp)} "
        f"({_limit(proposal)})."
    )


def optimality(proposal: Proposal) -> str:
    """Return how far the plan can be from the best possible, as the solver's bound proves it."""
    solver = proposal.solver
    percent = proved_percent(solver.gap)
    if solver.status != "optimal" or percent is None:
        return f"The solver ({solver.solver}) ended with {solver.status}: nothing is proved about this plan."
    side = "upper" if proposal.kind is PlanKind.HARVEST else "lower"
    return (
        f"Proved to be within {percent}% of the best possible under these rules and limits "
        f"({solver.solver} {solver.solver_version}, {side} bound against the plan after rounding to shares)."
    )


def _decision(proposal: Proposal) -> list[Block]:
    blocks: list[Block] = [Heading("Decision"), *verdict_blocks(proposal)]
    blocks += [Paragraph(decision(proposal), Tone.LEAD), Paragraph(optimality(proposal))]
    if proposal.sales:
        blocks.append(Paragraph(january_warning(proposal), Tone.WARNING))
    blocks += [Paragraph(sentence(n), Tone.WARNING) for n in proposal.notices if n.code in CAUTIONS]
    return blocks


def january_warning(proposal: Proposal) -> str:
    """Return the warning that the year does not end the danger: a purchase in the window still washes."""
    last = max((k.last_day for k in proposal.locks), default=None)
    safe = max((k.first_safe_day for k in proposal.locks), default=None)
    sold = "what is sold at a loss" if any(s.gain > 0 for s in proposal.sales) else "what is sold"
    if last is None or safe is None:
        return f"A purchase of {sold} within 30 days, in any account, destroys the loss."
    year = proposal.as_of.year
    into = (
        f" The end of the year changes nothing: a reinvestment, an automatic order or an IRA purchase in "
        f"January still destroys the {year} loss."
        if last.year > year
        else ""
    )
    return (
        f"Do not buy {sold}, in any account of the household, through {long_day(last)}; the first safe "
        f"day is {long_day(safe)}.{into}"
    )


def _room(proposal: Proposal, snapshot: HouseholdSnapshot) -> list[Block]:
    return [
        Heading("Gains to offset, and the household before and after"),
        tables.room_table(proposal, snapshot),
        tables.before_after_table(proposal, snapshot),
    ]


def _trades(proposal: Proposal, snapshot: HouseholdSnapshot) -> list[Block]:
    blocks: list[Block] = [
        Heading("Lots to sell"),
        tables.sales_table(proposal, snapshot),
        Heading("Purchases"),
        tables.purchases_table(proposal, snapshot),
    ]
    return blocks


def _left_alone(proposal: Proposal, snapshot: HouseholdSnapshot) -> list[Block]:
    return [
        Heading("Losses left alone, and why"),
        tables.kept_table(proposal, snapshot),
        Heading("The next lots beyond the limit"),
        tables.ladder_table(proposal, snapshot),
    ]


def _sign_off(
    proposal: Proposal, snapshot: HouseholdSnapshot, locks: Sequence[WashLock]
) -> list[Block]:
    blocks: list[Block] = [Heading("Remarks and checks")]
    blocks += remark_blocks(proposal)
    if proposal.sales:
        blocks += [
            Heading("Before, during and after the trades"),
            Checklist(checklist(proposal, snapshot, locks)),
        ]
    return [*blocks, *signature_blocks(snapshot)]


def checklist(
    proposal: Proposal, snapshot: HouseholdSnapshot, locks: Sequence[WashLock]
) -> tuple[str, ...]:
    """Return the things to do, in order."""
    names = joined(account_name(snapshot, a) for a, _ in by_account(snapshot, proposal.sales))
    safe = max((k.first_safe_day for k in proposal.locks), default=None)
    items = [
        "Lot dates and basis agree with the broker's own lot list for every lot sold.",
        (
            "No purchase of what is sold in the last 30 days in accounts outside this file: spouse, IRAs, "
            "employer plans, companies you control."
        ),
        "Automatic purchases and reinvestments above are switched off, in every account.",
        f"Place the sales first, in {names}; buy only after they are filled.",
        "Name the lots at each broker before the deadline, and keep the confirmations.",
        "Check the fills: lots, prices, losses realised against this sheet.",
    ]
    if safe is not None and locks:
        items.append(
            f"On {long_day(safe)}: switch automatic purchases on again; switch back to the sold securities "
            "only if the plan then says so."
        )
    items.append("File this sheet with the year's tax papers.")
    return tuple(items)


def remark_blocks(proposal: Proposal) -> list[Block]:
    """Return the plan's remarks and what was checked of it."""
    listed = [n for n in proposal.notices if n.code not in _TASK_NOTICES | CAUTIONS]
    remarks = tuple(("•", sentence(n)) for n in listed)
    checks = tuple(("✓" if c.passed else "✗", sentence(c)) for c in proposal.checks)
    return [Points(points) for points in (remarks, checks) if points]


def signature_blocks(snapshot: HouseholdSnapshot) -> list[Block]:
    """Return the lines to sign, and the small print."""
    people = [person.name for person in snapshot.people] or [snapshot.household.name]
    return [
        Heading("Signatures"),
        Signatures(("Prepared by", "Reviewed by", *(f"Approved by {name}" for name in people))),
        Paragraph(DISCLAIMER, Tone.SMALL),
    ]


def verdict_blocks(proposal: Proposal) -> list[Block]:
    """Return what a plan that did not pass says before anything else."""
    if proposal.passed:
        return []
    failed = tuple(("✗", sentence(c)) for c in proposal.checks if not c.passed)
    warning = Paragraph(NOT_PASSED, Tone.WARNING)
    return [warning, Points(failed)] if failed else [warning]


def instruction_blocks(proposal: Proposal, snapshot: HouseholdSnapshot) -> list[Block]:
    """Return which lots to name at each broker and until when; nothing where nothing is sold."""
    if not proposal.sales:
        return []
    return [
        Heading("Lot instructions at the brokers"),
        tables.instruction_table(proposal, snapshot),
        *(Paragraph(text) for text in tables.deadlines(proposal, snapshot)),
    ]


def _limit(proposal: Proposal) -> str:
    limit = _bp(proposal.harvest.tracking_error_bp)
    if proposal.harvest.risk_limit is RiskLimit.INCREASE:
        return f"limit: {limit} more than today"
    return f"limit {limit}"


def _bp(value: Decimal) -> str:
    return f"{number(value, 1)} bp"
