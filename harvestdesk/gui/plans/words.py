"""Words of the plan page: the answer, the measures, the badge."""

from decimal import Decimal

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import parse_decimal
from harvestdesk.domain.proposal import HarvestGoal, Reason, RiskLimit
from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.view_base import Figure
from harvestdesk.reports.figures import proved_percent
from harvestdesk.reports.wording import evidence_note, sentence
from harvestdesk.reports.words import LIMITS
from harvestdesk.services.views.plan import AccountTrades, Comparison, Measure, PlanView

LIMIT_WORDS = {
    RiskLimit.AFTER: "after the plan, within",
    RiskLimit.INCREASE: "from rising by more than",
}
GOAL_WORDS = {
    HarvestGoal.LOSS: "the largest loss",
    HarvestGoal.TAX_VALUE: "the largest tax value",
}
_FEW = 4
"""Up to three securities are named in a warning."""
TERM_WORDS = {Term.SHORT: "short", Term.LONG: "long"}

MEASURES: dict[Measure, tuple[str, str]] = {
    Measure.NET_SHORT: (
        "Net short-term",
        "Short-term gains less losses of the year, the plan's sales included.",
    ),
    Measure.NET_LONG: (
        "Net long-term",
        "Long-term gains less losses of the year, the plan's sales included.",
    ),
    Measure.TAX: (
        "Tax this year",
        "What the year's netted gains and losses add to the tax, by the Tax page; a minus is tax saved.",
    ),
    Measure.CARRIED_SHORT: (
        "Carried, short",
        "Short-term loss beyond this year's gains and deduction, carried to next year.",
    ),
    Measure.CARRIED_LONG: (
        "Carried, long",
        "Long-term loss beyond this year's gains and deduction, carried to next year.",
    ),
    Measure.UNREALISED_LOSSES: (
        "Losses left",
        "Losses still in the taxable accounts, locked ones included.",
    ),
    Measure.TRACKING_ERROR: (
        "Tracking error",
        "Expected yearly difference to the household's target, by the risk model.",
    ),
    Measure.CASH: ("Cash", "Cash of the accounts that trade."),
    Measure.CARRIED: (
        "Losses carried",
        "Short- and long-term loss beyond this year's gains and deduction, carried to next year.",
    ),
    Measure.WORST_DRIFT: (
        "Worst drift",
        "The largest distance of an asset class from its target, as a share of the household.",
    ),
    Measure.TURNOVER: (
        "Turnover",
        "What is sold, as a share of the household's value.",
    ),
    Measure.TRADING_COST: (
        "Trading cost",
        "Dollars traded times the rate of trading costs, and so much an order.",
    ),
}
_SHARES = frozenset({Measure.WORST_DRIFT, Measure.TURNOVER})


def measured(comparison: Comparison, value: Decimal, *, sign: bool = False) -> str:
    """Return a value of the before-and-after table."""
    if comparison.measure is Measure.TRACKING_ERROR:
        text = formatting.basis_points(value)
        return f"+{text}" if sign and value > 0 else text
    if comparison.measure in _SHARES:
        text = formatting.percent(value)
        return f"+{text}" if sign and value > 0 else text
    return formatting.dollars(value, sign=sign)


def answer(view: PlanView) -> str:
    """Return the sentence the page begins with."""
    sales, checks = view.sales, view.proposal.checks
    failed = sum(1 for c in checks if not c.passed)
    if failed:
        count = formatting.plural(len(checks), "exact check")
        return f"Do not trade: this plan failed {failed} of {count}, so it cannot be exported."
    if not sales:
        return "There is nothing to sell: no loss fits within the limits."
    loss = formatting.dollars(view.proposal.realised_loss)
    lots = formatting.plural(len(sales), "lot")
    te = formatting.basis_points(view.proposal.after.tracking_error_bp)
    first = f"Selling {lots} realises {loss} of losses at a tracking error of {te}"
    saved = view.tax_saved
    if saved > 0:
        first += f" and saves {formatting.dollars(saved)} of tax this year"
    if not view.locks:
        return f"{first}."
    safe = formatting.long_day(max(x.first_safe_day for x in view.locks))
    return f"{first}; nothing identical may be bought before {safe}."


def badge(view: PlanView) -> tuple[str, Tone, str]:
    """Return the words of the gap badge, their tone, and the explanation behind them."""
    record = view.proposal.solver
    facts = (
        f"{record.solver} {record.solver_version}: {record.status}. "
        f"Objective {record.objective:,.2f}, bound {record.bound:,.2f}."
    )
    if not all(c.passed for c in view.proposal.checks):
        return "failed: do not trade", Tone.ERROR, f"{facts} A check failed; see the words below."
    if record.status != "optimal":
        return "not proved optimal", Tone.ERROR, f"{facts} Such a plan cannot be exported."
    percent = proved_percent(view.gap)
    if percent is None:
        return "not proved optimal", Tone.ERROR, facts
    return (
        f"within {percent} % of the best possible",
        Tone.PLAN,
        f"{facts} No plan under the same limits can be better than the bound.",
    )


def brief(reason: Reason) -> str:
    """Return a reason for a narrow column: what the figures beside it do not say already."""
    facts = reason.facts
    apart = parse_decimal(facts.get("distance_percent", ""))
    if reason.code == "replacement_nearest" and apart is not None:
        return f"nearest, {formatting.number(apart, 1)} % apart"
    if reason.code not in {"harvest_loss", "harvest_loss_partly"}:
        return sentence(reason)
    note = evidence_note(reason.facts)
    if not note:
        return _brief_sale(reason)
    # The sign comes first: it is still seen where the column is too narrow for the words.
    return f"\u26a0 {_brief_sale(reason)}; {note[0].lower()}{note[1:]}"


def _brief_sale(reason: Reason) -> str:
    facts = reason.facts
    down = parse_decimal(facts.get("loss_percent", ""))
    words = "loss stands" if down is None else f"down {formatting.number(down, 1)} %"
    disallowed = parse_decimal(facts.get("disallowed", ""))
    if disallowed:
        words += f", {formatting.dollars(disallowed, cents=True)} more disallowed"
    of_shares = parse_decimal(facts.get("of_shares", ""))
    if reason.code == "harvest_loss":
        return words
    part = f"part of {formatting.shares(of_shares)}" if of_shares else "part of the lot"
    limit = facts.get("limit", "")
    return f"{words}, {part}: {LIMITS[limit]}" if limit in LIMITS else f"{words}, {part}"


def brief_notice(notice: Notice) -> str:
    """Return a warning without the list of securities that stands under Do not buy."""
    names = [n for n in notice.facts.get("symbols", "").split(",") if n.strip()]
    if notice.code != "locks_into_january" or len(names) < _FEW:
        return formatting.per_cents(sentence(notice))
    whole = formatting.per_cents(sentence(notice))
    listed = notice.facts["symbols"]
    return whole.replace(listed, f"the {len(names)} securities sold")


def checks_words(view: PlanView) -> str:
    """Return how many of the exact checks the plan passed."""
    checks = view.proposal.checks
    failed = sum(1 for c in checks if not c.passed)
    if failed:
        return f"\u2716 {failed} of {formatting.plural(len(checks), 'exact check')} failed"
    return f"\u2713 {len(checks)} of {formatting.plural(len(checks), 'exact check')} passed"


def account_sums(trades: AccountTrades) -> str:
    """Return the line under an account's name."""
    parts = []
    if trades.sales:
        lots = formatting.plural(len(trades.sales), "lot")
        parts.append(
            f"sell {lots} for {formatting.dollars(trades.loss)} of losses "
            f"({formatting.dollars(trades.tax_value)} of tax)"
        )
    if trades.buys:
        parts.append(f"buy {formatting.plural(len(trades.buys), 'security', 'securities')}")
    cash = formatting.dollars(abs(trades.cash_change))
    parts.append(f"leave {cash} in cash" if trades.cash_change >= 0 else f"use {cash} of cash")
    text = ", ".join(parts)
    return text[0].upper() + text[1:]


def figures(view: PlanView) -> tuple[Figure, ...]:
    """Return the figures of the page."""
    proposal = view.proposal
    by_term = view.loss_of
    short, long = by_term[Term.SHORT], by_term[Term.LONG]
    carried = (
        proposal.after.carryforward_short
        + proposal.after.carryforward_long
        - proposal.before.carryforward_short
        - proposal.before.carryforward_long
    )
    limit = formatting.basis_points(proposal.harvest.tracking_error_bp, 0)
    kind = "rise" if proposal.harvest.risk_limit is RiskLimit.INCREASE else "limit"
    return (
        Figure("Losses realised", formatting.dollars(proposal.realised_loss),
               "Basis less proceeds of all sales of the plan, at the last prices.",
               f"in {formatting.plural(len(view.sales), 'lot')}", Tone.LOSS),
        Figure("Short-term", formatting.dollars(short), "Lots held one year or less (IRC \u00a71222).",
               "held a year or less"),
        Figure("Long-term", formatting.dollars(long), "Lots held more than one year (IRC \u00a71222).",
               "held over a year"),
        Figure("Tax saved this year", formatting.dollars(view.tax_saved),
               "Tax before less tax after, over the netting of Schedule D, as on the Tax page.",
               f"{formatting.dollars(carried)} more carried", Tone.PLAN),
        Figure("Tracking error", formatting.basis_points(proposal.after.tracking_error_bp),
               "Expected yearly difference to the target once the plan is carried out.",
               f"{kind} {limit}, today {formatting.basis_points(proposal.before.tracking_error_bp)}"),
    )  # fmt: skip
