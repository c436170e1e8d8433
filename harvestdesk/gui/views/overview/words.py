"""The overview in words."""

from harvestdesk.gui import formatting
from harvestdesk.gui.remarks import missing_prices
from harvestdesk.gui.theme import Tone
from harvestdesk.services.views.overview import Event, EventKind, Overview
from harvestdesk.services.views.plan import PlanView

_TONES = {
    EventKind.PLAN_AGAIN: Tone.WARNING,
    EventKind.PLAN_FAILED: Tone.ERROR,
    EventKind.CARRY_OUT: Tone.PLAN,
    EventKind.TRADE_AGAIN: Tone.WARNING,
    EventKind.TRADES_FAILED: Tone.ERROR,
    EventKind.CARRY_OUT_TRADES: Tone.PLAN,
    EventKind.PLAN: Tone.PLAN,
    EventKind.WASHES: Tone.WARNING,
}
_MEANING = {
    EventKind.PLAN: "The losses no purchase stands against; planning weighs every lot at once.",
    EventKind.PLAN_AGAIN: "A plan holds for the household it was made for and cannot be exported after a change.",
    EventKind.PLAN_FAILED: "The plan page names the check; its orders cannot be exported.",
    EventKind.CARRY_OUT: "Losses the plan realises; its checks have passed.",
    EventKind.TRADE_AGAIN: "A plan holds for the household it was made for and cannot be exported after a change.",
    EventKind.TRADES_FAILED: "The Rebalance page names the check; its orders cannot be exported.",
    EventKind.CARRY_OUT_TRADES: "Dollars the plan sells, buys and gives; its checks have passed.",
    EventKind.WASHES: "A purchase within 30 days of a loss sale washes the loss (IRC \u00a71091(a)).",
    EventKind.LOSS_TURNS_LONG: "From this day the loss is long-term and first offsets gains taxed at the "
    "lower rate (IRC \u00a71222).",
    EventKind.YEAR_END: "Sales count for the year of their trade date; what is realised later counts next year.",
    EventKind.LOSS_FREE: "The 30 days after the purchase are over: a loss would stand again.",
    EventKind.BUY_FREE: "The 30 days after the loss sale are over.",
    EventKind.LONG_TERM: "From this day the gain is taxed at the long-term rate (IRC \u00a71222).",
}


def event_words(event: Event) -> str:
    """Return what to do, in words."""
    lots = formatting.plural(event.lots, "lot")
    year = event.on.year
    return {
        EventKind.PLAN: f"Plan the harvest: {lots} at a loss",
        EventKind.PLAN_AGAIN: "\u26a0 Plan again: out of date",
        EventKind.PLAN_FAILED: "\u2716 Plan failed a check: plan again",
        EventKind.CARRY_OUT: f"Carry out the plan: sell {lots}",
        EventKind.TRADE_AGAIN: "\u26a0 Plan trades again: out of date",
        EventKind.TRADES_FAILED: "\u2716 Trades failed a check: plan again",
        EventKind.CARRY_OUT_TRADES: f"Carry out the plan: {formatting.plural(event.lots, 'trade')}",
        EventKind.WASHES: "\u26a0 Pause: would wash a loss",
        EventKind.LOSS_TURNS_LONG: "Harvest before: loss turns long-term",
        EventKind.YEAR_END: f"Last day for losses of {year}",
        EventKind.LOSS_FREE: "Lock ends: loss can be sold",
        EventKind.BUY_FREE: "Lock ends: may be bought",
        EventKind.LONG_TERM: "Wait until then: gain turns long-term",
    }[event.kind]


def event_meaning(kind: EventKind) -> str:
    """Return why an event matters."""
    return _MEANING[kind]


def event_tone(kind: EventKind) -> Tone:
    """Return the colour of meaning of an event; its words say the same."""
    return _TONES.get(kind, Tone.PLAIN)


def answer(shown: Overview, plan: PlanView | None) -> str:
    """Return the sentence the page begins with."""
    lots = shown.lots
    parts = []
    if lots.harvestable > 0:
        parts.append(
            f"You can realise {formatting.dollars(lots.harvestable)} of losses today in "
            f"{formatting.plural(lots.harvestable_lots, 'lot')}"
            + (", as far as the imported data reach" if lots.unsure_lots else "")
        )
    else:
        parts.append("No loss could be realised today")
    if lots.locked_lots and lots.last_free:
        verb = "is" if lots.locked_lots == 1 else "are"
        parts.append(
            f"{lots.locked_lots} more {verb} locked, the last until "
            f"{formatting.long_day(lots.last_free)}"
        )
    breaches = len(shown.drift.breaches)
    if breaches:
        words = "asset class is" if breaches == 1 else "asset classes are"
        parts.append(f"{breaches} {words} outside the band")
    sentence = "; ".join(parts) + "."
    late = " The latest plan is out of date." if plan and plan.stale else ""
    return f"{missing_prices(lots)}{sentence}{late}"
