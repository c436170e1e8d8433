"""Words of the wash-sale calendar: what a lock means, what a purchase does, what to pause."""

from datetime import date

from harvestdesk.domain.lock import LockKind
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.marks import Shape
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.widgets.detail_pane import Line
from harvestdesk.reports.wording import cause_phrase
from harvestdesk.services.views.wash_calendar import CalendarView, Lane, LockRow, Marker, MarkerKind

LOST = "loss permanently lost"
SHAPES = {
    MarkerKind.PURCHASE: Shape.CIRCLE,
    MarkerKind.DRIP: Shape.DIAMOND,
    MarkerKind.RECURRING: Shape.SQUARE,
    MarkerKind.VEST: Shape.STAR,
}
KIND_WORDS = {
    MarkerKind.PURCHASE: "purchase",
    MarkerKind.DRIP: "dividend reinvestment",
    MarkerKind.RECURRING: "recurring purchase",
    MarkerKind.VEST: "share vest",
}
LOCK_WORDS = {
    LockKind.BUY_LOCKED: "do not buy",
    LockKind.LOSS_SALE_LOCKED: "do not sell at a loss",
}


def short_day(value: date) -> str:
    """Return a day without its year: `Jan 5`."""
    return f"{value:%b} {value.day}"


def safe_label(row: LockRow) -> str:
    """Return the label at the end of a bar."""
    verb = "buy" if row.kind is LockKind.BUY_LOCKED else "sell"
    return f"safe to {verb} from {short_day(row.first_safe_day)}"


def explain_lock(row: LockRow) -> str:
    """Return the hover words of a bar."""
    first, last = formatting.long_day(row.first_day), formatting.long_day(row.last_day)
    safe = formatting.long_day(row.first_safe_day)
    dollars = formatting.dollars(row.dollars, cents=True)
    shares = formatting.shares(row.shares)
    where = ", ".join(row.accounts) or "the household"
    symbols = ", ".join(row.symbols)
    cause, day = cause_phrase(row.cause), formatting.long_day(row.cause_on)
    if row.kind is LockKind.BUY_LOCKED:
        sold = "would be sold by the plan" if row.planned else "were sold at a loss"
        lines = [
            f"{symbols}: do not buy in any account",
            f"{shares} shares {sold} on {day} in {where}: {dollars} of losses at stake",
            f"61-day window {first} to {last}; safe to buy from {safe} (IRC \u00a71091(a))",
        ]
    else:
        lines = [
            f"{symbols}: do not sell at a loss",
            f"{shares} shares by {cause} on {day} in {where}: {dollars} of losses stand against it",
            f"A loss sold from {first} to {last} would be washed; safe from {safe}",
        ]
    if row.permanent:
        lines.append(f"Bought in a tax-advantaged account: {LOST} (Rev. Rul. 2008-5)")
    if row.evidence not in {"confirmed", ""}:
        lines.append(f"Evidence: {row.evidence.replace('_', ' ')}")
    return "\n".join(lines)


def explain_marker(marker: Marker) -> str:
    """Return the hover words of a marker."""
    kind = KIND_WORDS[marker.kind]
    when = "Expected" if marker.scheduled else "Happened"
    guess = "" if marker.confirmed else ", inferred from the past"
    lines = [
        f"{kind.capitalize()} of {marker.symbol} in {marker.account}",
        f"{when} {formatting.long_day(marker.on)}{guess}, {formatting.shares(marker.shares)} shares",
    ]
    if marker.inside:
        stake = formatting.dollars(marker.at_stake, cents=True)
        end = LOST if marker.permanent else "washed and moved into the new shares"
        lines.append(f"Inside the window of a loss sale: {stake} of losses {end}")
    return "\n".join(lines)


def answer(view: CalendarView) -> str:
    """Return what the page begins with: the locks, and what is not known of the last 30 days."""
    if not view.remarks:
        return _locks(view)
    more = len(view.remarks) - 1
    rest = f" {formatting.plural(more, 'thing')} besides {'is' if more == 1 else 'are'} not known."
    return f"{_locks(view)} {view.remarks[0]}{rest if more else ''}"


def _locks(view: CalendarView) -> str:
    if not view.rows and view.remarks:
        return "No lock is known of, as far as the imported data reach."
    if not view.rows:
        return "Nothing is locked: no loss was sold and nothing was bought in the last 30 days."
    until = formatting.long_day(view.rows[-1].last_day)
    sets = formatting.plural(len(view.lanes), "identical set")
    verb = "is" if len(view.lanes) == 1 else "are"
    first = f"{sets} {verb} locked, the last until {until}"
    hits = view.collisions
    if not hits:
        return f"{first}; no expected purchase falls inside a window."
    stake = formatting.dollars(sum(m.at_stake for _, m in hits))
    _, marker = hits[0]
    count = formatting.plural(len(hits), "expected purchase")
    return (
        f"{first}; pause {count} that would wash {stake} of losses, the first "
        f"on {formatting.long_day(marker.on)} ({marker.symbol} in {marker.account})."
    )


def lane_lines(lane: Lane) -> list[Line]:
    """Return what the pane says about a set."""
    lines = [Line("WHAT TO DO", head=True), *(Line(words) for words in to_do(lane))]
    for row in lane.windows:
        lines += _window_lines(row)
    lines += _pause_lines(lane)
    if lane.sell_locks:
        lines.append(Line("DO NOT SELL AT A LOSS", head=True))
        for row in lane.sell_locks:
            lines += _sell_lock_lines(row)
    return lines


def to_do(lane: Lane) -> list[str]:
    """Return what to do about a set, most urgent first."""
    names = ", ".join(lane.symbols)
    words = []
    for marker in lane.collisions:
        if marker.scheduled:
            day, kind = formatting.long_day(marker.on), KIND_WORDS[marker.kind]
            words.append(f"\u26a0 Pause the {kind} in {marker.account} before {day}.")
    if lane.safe_buy_from:
        day = formatting.long_day(lane.safe_buy_from)
        planned = all(w.planned for w in lane.windows)
        when = "Once the plan is carried out, buy" if planned else "Buy"
        words.append(
            f"{when} no {names} in any account before {day}: no order, no reinvestment, no "
            "recurring purchase."
        )
    if lane.safe_loss_sale_from:
        day = formatting.long_day(lane.safe_loss_sale_from)
        words.append(f"Keep {names} where it stands at a loss: from {day} the loss can be sold.")
        ahead = {m.account: m for m in lane.markers if m.scheduled and not m.inside}
        for account, marker in ahead.items():
            kind = KIND_WORDS[marker.kind]
            words.append(f"To be free sooner, pause the {kind} in {account}.")
    return words


def _window_lines(row: LockRow) -> list[Line]:
    how = "The plan would sell" if row.planned else "Sold"
    day = formatting.long_day(row.cause_on)
    lines = [
        Line("DO NOT BUY", head=True),
        Line("First safe day", formatting.long_day(row.first_safe_day), strong=True),
        Line(
            "Loss at stake",
            formatting.dollars(row.dollars, cents=True),
            f"{how} {formatting.shares(row.shares)} shares at a loss on {day} "
            f"in {', '.join(row.accounts)}. Holds for every account of the household.",
            tone=Tone.LOSS,
        ),
    ]
    if row.spills_over:
        lines.append(
            Line(
                "Runs into January",
                note="A purchase in January before the safe day still destroys a loss "
                f"of {row.cause_on.year}.",
                tone=Tone.WARNING,
            )
        )
    return lines


def _pause_lines(lane: Lane) -> list[Line]:
    hits = lane.collisions
    if not hits:
        return []
    lines = [Line("INSIDE THE WINDOW", head=True)]
    for marker in hits:
        kind = KIND_WORDS[marker.kind]
        day = formatting.long_day(marker.on)
        verb = "Pause the" if marker.scheduled else "Already happened:"
        end = (
            f" {LOST.capitalize()}." if marker.permanent else " The loss moves into the new shares."
        )
        lines.append(
            Line(
                f"{verb} {kind} of {day}",
                formatting.dollars(marker.at_stake),
                f"{marker.symbol} in {marker.account}, {formatting.shares(marker.shares)} shares.{end}",
                tone=Tone.PERMANENT if marker.permanent else Tone.ERROR,
            )
        )
    return lines


def _sell_lock_lines(row: LockRow) -> list[Line]:
    note = (
        f"{formatting.shares(row.shares)} shares by {cause_phrase(row.cause)} on "
        f"{formatting.long_day(row.cause_on)} in {', '.join(row.accounts)}."
    )
    if row.permanent:
        note += f" In a tax-advantaged account: {LOST} if sold before."
    tone = Tone.PERMANENT if row.permanent else Tone.PLAIN
    return [Line("First safe day", formatting.long_day(row.first_safe_day), note, tone=tone)]
