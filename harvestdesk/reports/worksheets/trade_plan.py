"""The sheet of a household plan: the decision, the trades with their lots, what it costs, what to sign."""

from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import Payout, PlanMeasures, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.codes import CAUTIONS
from harvestdesk.reports.asked_words import asked
from harvestdesk.reports.document import (
    Block,
    Checklist,
    Facts,
    Heading,
    Paragraph,
    Points,
    Report,
    Tone,
)
from harvestdesk.reports.figures import count, joined, long_day, number, percent, usd
from harvestdesk.reports.reach_words import out_of_reach, why_no_more
from harvestdesk.reports.rule_words import price_words, rule_names
from harvestdesk.reports.wording import sentence
from harvestdesk.reports.worksheets import trade_plan_tables as tables
from harvestdesk.reports.worksheets.do_not_buy import lock_blocks
from harvestdesk.reports.worksheets.harvest import (
    instruction_blocks,
    january_warning,
    optimality,
    remark_blocks,
    signature_blocks,
    verdict_blocks,
)
from harvestdesk.reports.worksheets.harvest_tables import before_after_table
from harvestdesk.reports.worksheets.parts import account_name, footer, head, running_head

TITLES: dict[PlanKind, str] = {
    PlanKind.REBALANCE: "Rebalancing plan",
    PlanKind.INVEST: "Investment plan",
    PlanKind.WITHDRAW: "Withdrawal plan",
    PlanKind.HARVEST_TARGET: "Loss harvest to a target",
    PlanKind.GAIN_HARVEST: "Gain harvest",
    PlanKind.GIFT: "Gift of shares",
}
_GIFT_RULES = (
    "A gift to a public charity of shares held for more than a year is deductible up to 30% of adjusted gross "
    "income, the rest over five further years (IRC §170(b)(1)(C), (d)(1)). Gifts of shares of more than $500 a "
    "year go on Form 8283; listed shares need no appraisal (IRC §170(f)(11)). From $250 on the charity's written "
    "acknowledgment must be there before the return is filed (IRC §170(f)(8))."
)
_NOTHING = PlanMeasures(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)


def trade_plan_sheet(
    proposal: Proposal, snapshot: HouseholdSnapshot, locks: Sequence[WashLock] = ()
) -> Report:
    """Return the sheet of a household plan.

    Args:
        proposal: the plan, of any kind but a year-end harvest.
        snapshot: the household the plan was made for.
        locks: locks in force before the plan; those the plan makes are in the plan.
    """
    every_lock = (*proposal.locks, *(k for k in locks if k not in proposal.locks))
    measures = proposal.measures or _NOTHING
    blocks: list[Block] = [
        *_decision(proposal, snapshot),
        *_trades(proposal, snapshot),
        *_moved(proposal, snapshot, measures),
        *_before_after(proposal, snapshot, measures),
        *_rules(measures, snapshot),
        *lock_blocks(snapshot, every_lock),
        Heading("Lots left alone, and why"),
        tables.kept_table(proposal, snapshot),
        *instruction_blocks(proposal, snapshot),
        *_sign_off(proposal, snapshot, measures),
    ]
    return Report(
        title=f"{TITLES[proposal.kind]}, {long_day(proposal.as_of)}",
        header=head(proposal, snapshot),
        blocks=tuple(blocks),
        footer=footer(proposal),
        simulated=snapshot.household.simulated,
        running=running_head(snapshot),
        dated=snapshot.as_of,
    )


# --- the decision ------------------------------------------------------------------------------------
def decision(proposal: Proposal, snapshot: HouseholdSnapshot) -> str:
    """Return the plan in one sentence."""
    if not (proposal.sales or proposal.purchases or proposal.gifts or _paid(proposal)):
        return _nothing(proposal)
    match proposal.kind:
        case PlanKind.GIFT:
            return _gift(proposal)
        case PlanKind.WITHDRAW:
            return f"{_raised(proposal, snapshot)}; {_effects(proposal)}."
        case PlanKind.HARVEST_TARGET | PlanKind.GAIN_HARVEST:
            return f"{_realised(proposal)}; {_effects(proposal)}."
        case PlanKind.INVEST:
            into = proposal.asked.amount
            begin = f"Invest {usd(into)}: " if into is not None else "Invest the idle cash: "
            return f"{begin}{_traded(proposal, first=False)}; {_effects(proposal)}."
        case _:
            return f"{_traded(proposal)}: {_effects(proposal)}."


def _nothing(proposal: Proposal) -> str:
    why = " ".join(sentence(n) for n in proposal.notices)
    return "Nothing to trade: " + (why or "no trade is worth its tax and cost under these rules.")


def _gift(proposal: Proposal) -> str:
    gifts = proposal.gifts
    value = sum((g.value for g in gifts), ZERO)
    gain = sum((g.gain for g in gifts), ZERO)
    avoided = sum((g.tax_avoided for g in gifts), ZERO)
    to = f" to {proposal.asked.recipient}" if proposal.asked.recipient else ""
    return (
        f"Give {count(len(gifts), 'lot')} worth {usd(value)}{to} instead of selling: {usd(gain)} of gains are "
        f"never taxed, {usd(avoided)} of tax this year had they been sold."
    )


def _raised(proposal: Proposal, snapshot: HouseholdSnapshot) -> str:
    paid = _paid(proposal)
    total = sum((p.amount for p in paid), ZERO)
    parts = joined(f"{usd(p.amount)} from {account_name(snapshot, p.account_id)}" for p in paid)
    named = parts if len(paid) == 1 else f"{usd(total)}, {parts}"
    if not proposal.sales and not proposal.purchases:
        return f"Raise {named}, out of cash"
    return f"Raise {named}: {_traded(proposal, first=False)}"


def _realised(proposal: Proposal) -> str:
    result = sum((s.recognized for s in proposal.sales), ZERO)
    name = "gains" if result > 0 else "losses"
    amount = proposal.asked.amount
    short = out_of_reach(proposal)
    if short is not None and amount is not None:
        return (
            f"Realise {usd(abs(result))} of the {usd(amount)} of losses asked for: "
            f"{_traded(proposal, first=False)}; {why_no_more(short)}"
        )
    target = f" (asked for: {usd(amount)})" if amount is not None else ""
    return f"Realise {usd(abs(result))} of {name}{target}: {_traded(proposal, first=False)}"


def _traded(proposal: Proposal, *, first: bool = True) -> str:
    """Return what is sold and bought; `first` where it begins a sentence."""
    parts = []
    if proposal.sales:
        sold = sum((s.proceeds for s in proposal.sales), ZERO)
        accounts = len({s.account_id for s in proposal.sales})
        lots = count(len(proposal.sales), "lot")
        parts.append(f"sell {lots} in {count(accounts, 'account')} for {usd(sold)}")
    if proposal.purchases:
        spent = sum((p.amount for p in proposal.purchases), ZERO)
        parts.append(f"make {count(len(proposal.purchases), 'purchase')} for {usd(spent)}")
    text = joined(parts) or "nothing is traded"
    return _upper(text) if first else text


def _effects(proposal: Proposal) -> str:
    before, after = proposal.before, proposal.after
    tax = _changed(usd(before.tax), usd(after.tax))
    risk = _changed(_bp(before.tracking_error_bp), _bp(after.tracking_error_bp))
    return f"the tax on {proposal.as_of.year}'s gains {tax}, and tracking error {risk} a year"


def _changed(before: str, after: str) -> str:
    return f"stays at {after}" if before == after else f"goes from {before} to {after}"


def _decision(proposal: Proposal, snapshot: HouseholdSnapshot) -> list[Block]:
    blocks: list[Block] = [Heading("Decision"), *verdict_blocks(proposal)]
    blocks += [
        Paragraph(decision(proposal, snapshot), Tone.LEAD),
        Paragraph(optimality(proposal)),
    ]
    if any(s.recognized < 0 for s in proposal.sales):
        blocks.append(Paragraph(january_warning(proposal), Tone.WARNING))
    blocks += [Paragraph(sentence(n), Tone.WARNING) for n in proposal.notices if n.code in CAUTIONS]
    blocks += [Heading("What was asked", 2), Facts(asked(proposal.settings, snapshot))]
    return blocks


# --- trades ------------------------------------------------------------------------------------------
def _trades(proposal: Proposal, snapshot: HouseholdSnapshot) -> list[Block]:
    if proposal.kind is PlanKind.GIFT and not proposal.sales and not proposal.purchases:
        return []
    blocks: list[Block] = [Heading("Lots to sell"), tables.sales_table(proposal, snapshot)]
    if proposal.sales:
        blocks += [Heading("Why these lots", 2), tables.reasons_table(proposal, snapshot)]
    return [*blocks, Heading("Purchases"), tables.purchases_table(proposal, snapshot)]


def _moved(proposal: Proposal, snapshot: HouseholdSnapshot, measures: PlanMeasures) -> list[Block]:
    blocks: list[Block] = []
    if measures.payouts:
        blocks += [Heading("Cash to pay out"), tables.payouts_table(measures, snapshot)]
    if proposal.gifts:
        blocks += [
            Heading("Lots to give"),
            tables.gifts_table(proposal.gifts, snapshot),
            Paragraph(_GIFT_RULES, Tone.SMALL),
        ]
    return blocks


# --- before and after --------------------------------------------------------------------------------
def _before_after(
    proposal: Proposal, snapshot: HouseholdSnapshot, measures: PlanMeasures
) -> list[Block]:
    blocks: list[Block] = [
        Heading("The household before and after"),
        before_after_table(proposal, snapshot),
        Heading("Drift of asset classes", 2),
        tables.drift_table(measures),
    ]
    sectors = tables.sectors_table(measures)
    if sectors is not None:
        blocks += [Heading("Sectors that move", 2), sectors]
    return blocks


def _rules(measures: PlanMeasures, snapshot: HouseholdSnapshot) -> list[Block]:
    blocks: list[Block] = [
        Heading("What it costs, and what its rules cost"),
        Facts(_costs(measures)),
    ]
    words = rule_words(measures, snapshot)
    if words:
        blocks.append(Points(tuple(("•", text) for text in words)))
    else:
        blocks.append(
            Paragraph("No limit holds the plan back: relaxing any of them would change nothing.")
        )
    return blocks


def _costs(measures: PlanMeasures) -> tuple[tuple[str, str], ...]:
    rows = [
        ("Turnover", percent(measures.turnover)),
        ("Cost of trading", usd(measures.cost)),
        ("Tax of this year, plan less none", usd(measures.tax)),
        ("Price of tracking error, before", f"{usd(measures.risk_before)} a year"),
        ("Price of tracking error, after", f"{usd(measures.risk_after)} a year"),
        ("Lost by whole shares and smallest orders", usd(measures.rounding)),
    ]
    if measures.location:
        rows.append(("Asset location gained", f"{usd(measures.location)} a year"))
    return tuple(rows)


def rule_words(measures: PlanMeasures, snapshot: HouseholdSnapshot) -> tuple[str, ...]:
    """Return what each binding rule costs, one sentence a rule, dearest first."""
    dearest = sorted(measures.prices, key=lambda p: (-abs(p.dollars), p.code, p.name))
    return tuple(price_words(p, rule_names(snapshot)) for p in dearest)


# --- what to do --------------------------------------------------------------------------------------
def checklist(
    proposal: Proposal, snapshot: HouseholdSnapshot, measures: PlanMeasures
) -> tuple[str, ...]:
    """Return the things to do, in order."""
    items: list[str] = []
    if proposal.sales or proposal.gifts:
        items.append(
            "Lot dates and basis agree with the broker's own lot list for every lot named."
        )
    if any(s.recognized < 0 for s in proposal.sales):
        items += [
            (
                "No purchase of what is sold at a loss in the last 30 days in accounts outside this file: "
                "spouse, IRAs, employer plans, companies you control."
            ),
            "Automatic purchases and reinvestments above are switched off, in every account.",
        ]
    if proposal.sales:
        first = "Place the sales first" + (
            "; buy only after they are filled." if proposal.purchases else "."
        )
        items += [
            first,
            "Name the lots at each broker before the deadline, and keep the confirmations.",
        ]
    items += [_payout_item(snapshot, p.account_id, p.amount) for p in measures.payouts]
    if proposal.gifts:
        items += _gift_items(proposal)
    if proposal.sales or proposal.purchases:
        items.append("Check the fills: lots, prices, gains and losses realised against this sheet.")
    safe = max((k.first_safe_day for k in proposal.locks), default=None)
    if safe is not None:
        items.append(
            f"On {long_day(safe)}: switch automatic purchases on again; what was sold at a loss may be bought."
        )
    items.append("File this sheet with the year's tax papers.")
    return tuple(items)


def _payout_item(snapshot: HouseholdSnapshot, account_id: AccountId, amount: Decimal) -> str:
    return (
        f"Move {usd(amount)} out of {account_name(snapshot, account_id)} once the cash is there: sales settle on "
        "the next trading day."
    )


def _gift_items(proposal: Proposal) -> list[str]:
    to = proposal.asked.recipient or "the charity"
    return [
        f"Ask {to} for its broker, account and DTC number; do not sell the shares.",
        "Send each broker the transfer with the lots named, in time to arrive before the end of the year.",
        f"Keep the written acknowledgment of {to}; fill in Form 8283 for gifts of shares above $500.",
    ]


def _sign_off(
    proposal: Proposal, snapshot: HouseholdSnapshot, measures: PlanMeasures
) -> list[Block]:
    blocks: list[Block] = [Heading("Remarks and checks"), *remark_blocks(proposal)]
    if proposal.sales or proposal.purchases or proposal.gifts or measures.payouts:
        blocks += [
            Heading("Before, during and after the trades"),
            Checklist(checklist(proposal, snapshot, measures)),
        ]
    return [*blocks, *signature_blocks(snapshot)]


def _paid(proposal: Proposal) -> tuple[Payout, ...]:
    return proposal.measures.payouts if proposal.measures else ()


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bp(value: Decimal) -> str:
    return f"{number(value, 1)} bp"
