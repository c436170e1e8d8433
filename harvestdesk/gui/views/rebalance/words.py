"""Words of the rebalance page: the answer, the figures, weights, account sums."""

from collections.abc import Callable
from decimal import Decimal

from harvestdesk.domain.money import ZERO, parse_decimal
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind
from harvestdesk.domain.proposal import Reason
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass
from harvestdesk.gui import formatting
from harvestdesk.gui.plans.words import brief
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.view_base import Figure
from harvestdesk.reports.reach_words import out_of_reach, why_no_more
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.rebalance import (
    CLASS,
    FACTOR,
    SECTOR,
    AccountPart,
    RebalanceView,
    WeightLine,
)

KIND_WORDS = {CLASS: "Asset class", SECTOR: "Sector", FACTOR: "Factor"}
NO_TARGETS = (
    "No targets are set, so there is nothing to rebalance to: tracking error is measured against today's holdings. "
    "Import a HarvestDesk CSV of class targets; raising or investing cash, harvests and gifts can be planned "
    "without."
)


# --- the answer ---------------------------------------------------------------------------------------
def answer(view: RebalanceView) -> str:
    """Return the sentence the page begins with."""
    checks = view.proposal.checks
    failed = sum(1 for c in checks if not c.passed)
    if failed:
        count = formatting.plural(len(checks), "exact check")
        return f"Do not trade: this plan failed {failed} of {count}, so it cannot be exported."
    if view.nothing:
        why = next((n for n in view.proposal.notices if n.code in _SAYS_WHY), None)
        said = formatting.per_cents(sentence(why)) if why is not None else ""
        return said or _NOTHING.get(view.proposal.kind, "There is nothing to trade.")
    return f"{_ANSWERS[view.proposal.kind](view)}; {_effects(view)}."


_SAYS_WHY = frozenset({"gain_room_full", "gain_room_losses", "no_gains_to_take"})
"""Notices that are the whole answer of an empty plan."""
_NOTHING = {
    PlanKind.REBALANCE: "Leave everything as it is: no trade brings more than it costs.",
    PlanKind.INVEST: "There is no cash to invest beyond what the accounts keep in reserve.",
    PlanKind.HARVEST_TARGET: "There is no loss to realise within the limits.",
    PlanKind.GAIN_HARVEST: "No long-term gain fits into the 0 % band.",
    PlanKind.GIFT: "There is no long-term lot at a gain to give.",
}


def _rebalance(view: RebalanceView) -> str:
    before, after = _tracking_errors(view)
    trades = f"{_sells(view)} and {_buys(view)}" if view.sales else _buys(view)
    if after > before:
        return f"{_capital(trades)} {_tax_verb(view)}"
    how = f"from {_bp(before)} to {_bp(after)}" if after < before else f"at {_bp(after)}"
    return f"{_capital(trades)} {'brings' if after < before else 'leaves'} tracking error {how}"


def _invest(view: RebalanceView) -> str:
    bought = formatting.dollars(view.bought)
    count = formatting.plural(sum(len(p.trades.buys) for p in view.parts), "purchase")
    after = f", after {_sells(view)}" if view.sales else ", without selling anything"
    return f"{bought} is invested in {count}{after}"


def _withdraw(view: RebalanceView) -> str:
    raised = formatting.dollars(view.paid_out)
    return f"{raised} is raised by {_sells(view)}" if view.sales else f"{raised} is there in cash"


def _harvest(view: RebalanceView) -> str:
    short = out_of_reach(view.proposal)
    if short is None:
        return f"{_capital(_sells(view))} realises {formatting.dollars(view.losses)} of losses"
    asked = formatting.dollars(view.proposal.asked.amount or ZERO)
    return (
        f"{_capital(_sells(view))} realises {formatting.dollars(view.losses)} of the {asked} of losses asked for; "
        f"{why_no_more(short)}"
    )


def _gain_harvest(view: RebalanceView) -> str:
    gains = formatting.dollars(view.gains)
    return (
        f"{_capital(_sells(view))} realises {gains} of gains at 0 %, and the shares are bought back"
    )


def _gift(view: RebalanceView) -> str:
    value = sum((g.value for g in view.gifts), ZERO)
    avoided = sum((g.tax_avoided for g in view.gifts), ZERO)
    lots = formatting.plural(len(view.gifts), "lot")
    return (
        f"Giving {formatting.dollars(value)} of shares from {lots} avoids "
        f"{formatting.dollars(avoided)} of tax on their gains"
    )


_ANSWERS: dict[PlanKind, Callable[[RebalanceView], str]] = {
    PlanKind.REBALANCE: _rebalance,
    PlanKind.INVEST: _invest,
    PlanKind.WITHDRAW: _withdraw,
    PlanKind.HARVEST_TARGET: _harvest,
    PlanKind.GAIN_HARVEST: _gain_harvest,
    PlanKind.GIFT: _gift,
}


def _effects(view: RebalanceView) -> str:
    """Return what it does to this year's tax, and to tracking error where the answer did not say."""
    tax = _tax_words(view)
    before, after = _tracking_errors(view)
    moved = f"tracking error {'falls' if after < before else 'rises'} from {_bp(before)} to {_bp(after)}"
    if view.proposal.kind is PlanKind.REBALANCE:
        return moved if after > before else tax
    return tax if view.proposal.kind is PlanKind.GIFT or before == after else f"{tax}, and {moved}"


def _tax_words(view: RebalanceView) -> str:
    return (
        "this year's tax stays as it is" if not round(view.tax_change) else f"it {_tax_verb(view)}"
    )


def _tax_verb(view: RebalanceView) -> str:
    change = view.tax_change
    if not round(change):
        return "leaves this year's tax as it is"
    verb = "costs" if change > 0 else "saves"
    return f"{verb} {formatting.dollars(abs(change))} of tax this year"


def _tracking_errors(view: RebalanceView) -> tuple[Decimal, Decimal]:
    plan = view.proposal
    return plan.before.tracking_error_bp, plan.after.tracking_error_bp


def _bp(value: Decimal) -> str:
    return formatting.basis_points(value)


def _sells(view: RebalanceView) -> str:
    return f"selling {formatting.plural(len(view.sales), 'lot')}"


def _buys(view: RebalanceView) -> str:
    count = len({b.security_id for p in view.parts for b in p.trades.buys})
    return f"buying {formatting.plural(count, 'security', 'securities')}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- figures ------------------------------------------------------------------------------------------
def figures(view: RebalanceView) -> tuple[Figure, ...]:
    """Return the figures of the page."""
    plan, measures = view.proposal, view.measures
    before, after = _tracking_errors(view)
    limit = plan.asked.tracking_error_bp
    limited = f", limit {formatting.basis_points(limit, 0)}" if limit is not None else ""
    found = [
        Figure(
            "Tracking error", formatting.basis_points(after),
            "Expected yearly difference to the targets once the plan is carried out, by the risk model.",
            f"today {formatting.basis_points(before)}{limited}", Tone.PLAN if after < before else Tone.PLAIN,
        ),
        _tax_figure(view),
        Figure(
            "Traded", formatting.dollars(view.sold + view.bought),
            f"Sales of {formatting.dollars(view.sold)} and purchases of {formatting.dollars(view.bought)} at "
            f"the last prices; sold are {formatting.percent(measures.turnover)} of the household.",
            f"{formatting.plural(view.orders, 'order')}, turnover {formatting.percent(measures.turnover)}",
        ),
    ]  # fmt: skip
    found += _gain_figures(view)
    found.append(
        Figure(
            "Trading cost", formatting.dollars(measures.cost),
            "Dollars traded times the rate of trading costs, and so much an order, as asked at the left.",
            f"rounding {formatting.dollars(measures.rounding)}",
        )
    )  # fmt: skip
    return tuple(found)


def _tax_figure(view: RebalanceView) -> Figure:
    change, budget = view.tax_change, view.proposal.asked.tax_budget
    note = f"budget {formatting.dollars(budget)}" if budget is not None else "no budget set"
    words = "Tax this year"
    value = formatting.dollars(change, sign=True)
    return Figure(
        words, value,
        f"Tax of this year with the plan, {formatting.dollars(view.proposal.after.tax)}, less without, "
        f"{formatting.dollars(view.proposal.before.tax)}, over the netting of Schedule D, payouts from traditional accounts included. A minus is tax saved.",
        note if round(change) >= 0 else f"saved; {note}",
        Tone.PLAN if round(change) < 0 else Tone.PLAIN,
    )  # fmt: skip


def _gain_figures(view: RebalanceView) -> list[Figure]:
    found = []
    if view.paid_out:
        found.append(
            Figure("Paid out", formatting.dollars(view.paid_out), "Cash that leaves the accounts to be spent.",
                   "leaves the accounts")
        )  # fmt: skip
    if view.losses:
        found.append(
            Figure("Losses realised", formatting.dollars(view.losses),
                   "Losses of the plan's sales in taxable accounts that count this year.", "that count", Tone.LOSS)
        )  # fmt: skip
    if view.gains:
        found.append(
            Figure("Gains realised", formatting.dollars(view.gains),
                   "Gains of the plan's sales in taxable accounts.", "in taxable accounts", Tone.GAIN)
        )  # fmt: skip
    if view.gifts:
        value = sum((g.value for g in view.gifts), ZERO)
        found.append(
            Figure("Given", formatting.dollars(value), "Market value of the shares given: the deduction "
                   "(IRC \u00a7170(e)(1), Reg. 1.170A-1(c)).", formatting.plural(len(view.gifts), "lot"))
        )  # fmt: skip
    return found


# --- accounts and weights ----------------------------------------------------------------------------
def account_sums(part: AccountPart) -> str:
    """Return the line under an account's name."""
    parts = []
    if part.trades.sales:
        parts.append(_sold_words(part))
    if part.trades.buys:
        count = formatting.plural(len(part.trades.buys), "security", "securities")
        parts.append(f"buy {count} for {formatting.dollars(part.bought)}")
    if part.gifts:
        value = sum((g.value for g in part.gifts), ZERO)
        parts.append(
            f"give {formatting.plural(len(part.gifts), 'lot')} worth {formatting.dollars(value)}"
        )
    if part.payout:
        parts.append(f"pay out {formatting.dollars(part.payout)}")
    if round(part.cash_change):
        cash = formatting.dollars(abs(part.cash_change))
        parts.append(f"leave {cash} in cash" if part.cash_change > 0 else f"use {cash} of cash")
    return _capital(", ".join(parts))


def _sold_words(part: AccountPart) -> str:
    lots = formatting.plural(len(part.trades.sales), "lot")
    words = f"sell {lots} for {formatting.dollars(part.sold)}"
    results = [f"{formatting.dollars(part.losses)} of losses"] if part.losses else []
    results += [f"{formatting.dollars(part.gains)} of gains"] if part.gains else []
    if not part.taxable:
        results = ["not taxed"]
    return f"{words} ({', '.join(results)})" if results else words


def line_name(line: WeightLine) -> str:
    """Return what a bar is of, in words."""
    if line.kind == FACTOR:
        return _factor_name(line.name)
    return line.name or "No sector"


def _factor_name(name: str) -> str:
    """Word a factor of the risk model: `statistical:3`, `class:us_bond (BND)`, `identical:index:S&P 500`."""
    kind, _, rest = name.partition(":")
    of, _, _ = rest.rpartition(":")[2].partition(" (")
    of = ASSET_CLASS_NAMES[AssetClass(of)] if of in set(AssetClass) else of
    match kind.removeprefix("assumed-"):
        case "statistical":
            return f"Common movement {of}"
        case "class":
            return f"{of}, among themselves"
        case "sector":
            return f"{of} stocks, among themselves"
        case "identical" | "index":
            return f"{of} funds"
        case _:
            return of or name


def standing(line: WeightLine) -> str:
    """Return where a class stands to its band after the plan, in words."""
    if line.low is None or line.high is None:
        return ""
    if line.breach_after > 0:
        side = "above" if line.after > line.high else "below"
        return f"{formatting.percent(line.breach_after)} {side} its band"
    return "back inside its band" if line.breach_before > 0 else "inside its band"


def weight_words(line: WeightLine) -> str:
    """Return the hover words of a bar: every figure of it."""
    words = [line_name(line)]
    if line.kind == FACTOR:
        words.append(
            f"Moves the household {formatting.percent(line.before, 2)} a year against its target before the plan, "
            f"{formatting.percent(line.after, 2)} after"
        )
        return "\n".join(words)
    words.append(
        f"{formatting.percent(line.before, 2)} of the household before the plan, "
        f"{formatting.percent(line.after, 2)} after"
    )
    if line.target is not None:
        words.append(f"Target {formatting.percent(line.target, 2)}")
    if line.low is not None and line.high is not None:
        band = f"{formatting.percent(line.low)} to {formatting.percent(line.high)}"
        words.append(f"Band {band}: {standing(line)}")
    return "\n".join(words)


def why_not_traded(view: RebalanceView) -> str:
    """Return why the orders of a plan cannot be exported."""
    if all(c.passed for c in view.proposal.checks):
        return (
            "This plan keeps every rule, but time ran out before it was proved near the best possible; "
            "its orders cannot be exported. Plan again, or with fewer limits."
        )
    return "This plan did not pass every check, so its orders cannot be exported."


def plan_title(view: RebalanceView) -> str:
    """Return the job of the plan and its day."""
    plan = view.proposal
    return f"{PLAN_NAMES[plan.kind]} of {plan.as_of.isoformat()}"


# --- short reasons ------------------------------------------------------------------------------------
_BRIEF = {
    "sale_saves_tax": "saves tax",
    "sale_takes_loss": "takes the loss",
    "sale_cuts_risk": "nearer to target",
    "sale_raises_cash": "raises cash",
    "sale_for_rule": "for a rule",
    "gain_taken": "gain free of federal tax",
    "gift_gain": "not taxed",
    "bought_back": "bought back at once",
    "buy_cuts_risk": "nearer to target",
    "buy_spends_cash": "puts cash to work",
    "buy_for_rule": "for a rule",
    "left_by_rounding": "left by rounding",
    "other_side": "its set is bought",
    "lock_stops": "locked",
    "at_margin": "sold as far as it pays",
    "ticket_not_worth": "worth less than an order costs",
    "order_too_small": "order too small",
    "within_gap": "within the proven gap",
}
"""What stands in a narrow column; the whole sentence is below the table and in the tooltip."""

_LEAST_BP = Decimal("0.05")
"""Less than this would be written as nothing."""


def brief_reason(reason: Reason) -> str:
    """Return a reason for a narrow column: what it is for, and what it does to tracking error."""
    if reason.code == "not_worth" and (cost := parse_decimal(reason.facts.get("dollars", ""))):
        return f"would cost {formatting.dollars(cost, cents=True)} more than it brings"
    words = _BRIEF.get(reason.code)
    if words is None:
        return brief(reason)
    removed, added = (parse_decimal(reason.facts.get(f, "")) for f in ("removed_bp", "added_bp"))
    moved = added if removed is None else -removed
    if moved is None or abs(moved) < _LEAST_BP:
        return words
    return f"{words}, {'+' if moved > 0 else ''}{formatting.basis_points(moved)}"
