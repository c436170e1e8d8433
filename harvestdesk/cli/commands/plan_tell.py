"""Plans, and why there is none, for a person at the command line."""

from decimal import Decimal

from harvestdesk.cli.run import NO_PLAN, Run
from harvestdesk.domain.conflict import ConflictError
from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.money import money_text
from harvestdesk.domain.plan_settings import PLAN_NAMES
from harvestdesk.domain.proposal import LotSale, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.figures import proved_percent, usd
from harvestdesk.reports.rule_words import conflict_words, rule_names
from harvestdesk.reports.wording import sentence
from harvestdesk.reports.worksheets.trade_plan import decision
from harvestdesk.services.plan_json import conflict_json


def tell(run: Run, proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
    """Print a plan for a person."""
    out = run.out
    before, after = proposal.before, proposal.after
    state = "passed every check" if proposal.passed else f"did NOT pass ({proposal.solver.status})"
    out.say(f"Plan {proposal.id} for {proposal.as_of}: {state}.")
    out.say(
        f"Sells {len(proposal.sales)} lots at a loss of ${money(proposal.realised_loss)}, "
        f"makes {len(proposal.purchases)} purchases."
    )
    out.say(f"Tracking error {before.tracking_error_bp} bp -> {after.tracking_error_bp} bp a year.")
    out.say(f"Tax of the year {usd(before.tax)} -> {usd(after.tax)}.")
    within = proved_percent(proposal.solver.gap)
    if within is not None:
        out.say(f"Within {within} % of the best possible.")
    out.say()
    washed = ("Disallowed",) if proposal.disallowed_loss else ()
    out.table(
        ("Sell", "Account", "Shares", "Acquired", "Term", "Loss", *washed),
        [
            (
                snapshot.security_by_id[s.security_id].symbol,
                snapshot.account_by_id[s.account_id].name,
                f"{s.shares.normalize():f}",
                s.acquired_on.isoformat(),
                s.term.value,
                money(-s.recognized),
                *(money(s.disallowed) for _ in washed),
            )
            for s in proposal.sales
        ],
    )
    for notice in proposal.notices:
        out.say()
        out.say(sentence(notice))


def money(value: Decimal) -> str:
    """Return dollars and cents with separators."""
    return f"{Decimal(money_text(value)):,.2f}"


def tell_household(run: Run, proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
    """Print a household plan for a person."""
    out = run.out
    state = "passed every check" if proposal.passed else f"did NOT pass ({proposal.solver.status})"
    out.say(f"{PLAN_NAMES[proposal.kind]} {proposal.id} for {proposal.as_of}: {state}.")
    out.say(decision(proposal, snapshot))
    within = proved_percent(proposal.solver.gap)
    if within is not None:
        out.say(f"Within {within} % of the best possible.")
    _say_trades(run, proposal, snapshot)
    for check in proposal.checks:
        if not check.passed:
            out.say()
            out.say(sentence(check))
    for notice in proposal.notices:
        out.say()
        out.say(sentence(notice))


def _say_trades(run: Run, proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
    out, account = run.out, snapshot.account_by_id
    if proposal.sales:
        out.say()
        columns = (
            "Sell",
            "Account",
            "Shares",
            "Acquired",
            "Term",
            "Proceeds",
            "Gain or loss",
            "Tax",
        )
        out.table(columns, [_sale_cells(s, snapshot) for s in proposal.sales])
    if proposal.purchases:
        out.say()
        out.table(
            ("Buy", "Account", "Shares", "Amount"),
            [
                (
                    snapshot.security_by_id[p.security_id].symbol,
                    account[p.account_id].name,
                    f"{p.shares.normalize():f}",
                    money(p.amount),
                )
                for p in proposal.purchases
            ],
        )
    if proposal.gifts:
        out.say()
        out.table(
            ("Give", "Account", "Shares", "Acquired", "Value", "Gain", "Tax avoided"),
            [
                (
                    snapshot.security_by_id[g.security_id].symbol,
                    account[g.account_id].name,
                    f"{g.shares.normalize():f}",
                    g.acquired_on.isoformat(),
                    money(g.value),
                    money(g.gain),
                    money(g.tax_avoided),
                )
                for g in proposal.gifts
            ],
        )
    payouts = proposal.measures.payouts if proposal.measures else ()
    if payouts:
        out.say()
        out.table(
            ("Pays out", "Amount"), [(account[p.account_id].name, money(p.amount)) for p in payouts]
        )


def _sale_cells(sale: LotSale, snapshot: HouseholdSnapshot) -> tuple[str, ...]:
    return (
        snapshot.security_by_id[sale.security_id].symbol,
        snapshot.account_by_id[sale.account_id].name,
        f"{sale.shares.normalize():f}",
        sale.acquired_on.isoformat(),
        sale.term.value if sale.taxed else "-",
        money(sale.proceeds),
        money(sale.recognized) if sale.taxed else "-",
        money(-sale.tax_value) if sale.taxed else "-",
    )


def say_conflict(run: Run, error: NoPlanError, snapshot: HouseholdSnapshot) -> int:
    """Answer that no plan keeps every rule: with --json the conflict as a document too.

    Returns:
        the exit code.
    """
    conflict = error.conflict if isinstance(error, ConflictError) else None
    if run.out.as_json:
        run.out.document(
            {
                "status": "infeasible",
                "conflict": None if conflict is None else conflict_json(conflict, snapshot),
            }
        )
    if conflict is None:
        run.out.note(error.message)
    else:
        for line in conflict_words(conflict, rule_names(snapshot)):
            run.out.note(line)
    return NO_PLAN
