"""The overview in words."""

from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Tone
from harvestdesk.services.views.overview import EventKind, Overview
from harvestdesk.services.views.plan import PlanView

EVENT_WORDS = {
    EventKind.LOCK_ENDS: "Wash-sale lock ends: safe again",
    EventKind.LONG_TERM: "Turns long-term",
    EventKind.SCHEDULED: "Expected purchase",
    EventKind.WASHES: "\u26a0 Expected purchase washes a loss",
}


def event_tone(kind: EventKind) -> Tone:
    """Return the colour of meaning of an event; its words say the same."""
    return Tone.WARNING if kind is EventKind.WASHES else Tone.PLAIN


def answer(shown: Overview, plan: PlanView | None) -> str:
    """Return the sentence the page begins with."""
    lots = shown.lots
    parts = []
    if lots.harvestable > 0:
        parts.append(
            f"You can realise {formatting.dollars(lots.harvestable)} of losses today in "
            f"{formatting.plural(lots.harvestable_lots, 'lot')}"
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
    return f"{sentence} The latest plan is out of date." if plan and plan.stale else sentence
