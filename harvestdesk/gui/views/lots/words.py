"""Words and marks of a lot's status, and why it may or may not be sold."""

from dataclasses import dataclass

from harvestdesk.domain.lot import Term
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.marks import Shape
from harvestdesk.gui.remarks import missing_prices
from harvestdesk.gui.theme import Tone
from harvestdesk.reports.wording import cause_phrase, evidence_note, sentence
from harvestdesk.services.views.lots import LotRow, LotStatus, LotsView, Quadrant
from harvestdesk.washsale.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is drawn and called."""

    words: str
    shape: Shape
    tone: Tone
    hatched: bool = False


LOOKS: dict[LotStatus, Look] = {
    LotStatus.SHELTERED: Look("no tax in this account", Shape.CROSS, Tone.MUTED),
    LotStatus.UNKNOWN: Look("price, cost or date", Shape.RING, Tone.WARNING),
    LotStatus.GAIN: Look("gain", Shape.DOT, Tone.GAIN),
    LotStatus.SELLABLE: Look("loss, not locked", Shape.CIRCLE, Tone.LOSS),
    LotStatus.LOCKED: Look("loss, locked", Shape.SQUARE, Tone.LOCKED, hatched=True),
    LotStatus.PERMANENT: Look("loss, gone for good if sold (IRA)", Shape.DIAMOND, Tone.PERMANENT),
    LotStatus.PLANNED: Look("sold by the plan", Shape.TRIANGLE, Tone.PLAN),
}
"""In the order of painting: what matters most lies on top."""

TERM_WORDS = {Term.SHORT: "short", Term.LONG: "long"}


UNSURE_WORDS = {
    Evidence.UNCLEAR: "unclear",
    Evidence.COVERAGE_INCOMPLETE: "coverage incomplete",
}
"""States in which nothing is called clear, in the words of the table."""
_NOT_COVERED = (
    "Nothing imported stands against selling it, but the data do not cover all accounts and days that count; "
    "pick the lot to see what is missing."
)


def status_words(row: LotRow) -> str:
    """Return the status as it stands in the table."""
    if row.status is LotStatus.PLANNED:
        return "in plan" if row.planned_shares >= row.shares else "partly in plan"
    if row.status is LotStatus.SELLABLE and row.unsure:
        return UNSURE_WORDS[Evidence(row.evidence)]
    if row.status is LotStatus.SELLABLE:
        return "can be sold" if row.blocked_shares == 0 else "partly locked"
    return {
        LotStatus.LOCKED: "locked",
        LotStatus.PERMANENT: "permanently lost if sold",
        LotStatus.GAIN: "gain",
        LotStatus.SHELTERED: "no tax here",
        LotStatus.UNKNOWN: "data missing",
    }[row.status]


def why(row: LotRow) -> str:
    """Return why a lot stands as it does: the plan's words where there are any."""
    if row.reason is not None:
        said = evidence_note(row.reason.facts)
        more = f" {_NOT_COVERED}" if row.unsure and row.free_shares > 0 and not said else ""
        return sentence(row.reason) + more
    return _why_by_status(row)


def _why_by_status(row: LotRow) -> str:
    if row.status is LotStatus.SHELTERED:
        return "Sales in this account are not taxed, so a loss here is worth nothing."
    if row.status is LotStatus.UNKNOWN:
        return _missing(row)
    if row.blocked_shares > 0 and row.is_loss:
        return _blocked(row)
    if row.status is LotStatus.GAIN:
        return "At a gain: selling it would cost tax."
    return _NOT_COVERED if row.unsure else "The loss would stand if it were sold today."


def _missing(row: LotRow) -> str:
    if row.price is None:
        return "No price is known: import a position file or a price list."
    if row.cost_basis is None:
        return "The broker reported no cost: import the lot details."
    return "Only a position was reported: import the lot details to see its lots."


def _blocked(row: LotRow) -> str:
    until = f" until {formatting.long_day(row.lock_until)}" if row.lock_until else ""
    where = f" in {', '.join(row.blocking_accounts)}" if row.blocking_accounts else ""
    cause = cause_phrase(row.cause)
    if row.status is LotStatus.PERMANENT:
        return f"Locked{until} by {cause}{where}: sold now, the loss would be lost for good."
    if row.free_shares > 0:
        free = formatting.shares(row.free_shares)
        return f"{free} shares can be sold; the rest is locked{until} by {cause}{where}."
    return f"Locked{until} by {cause}{where}: sold now, the loss would be washed."


def explain(row: LotRow) -> str:
    """Return the hover words of a lot: what it is, what it is worth, what the law says."""
    days = "unknown" if row.days_held is None else formatting.plural(row.days_held, "day")
    turns = (
        f", long-term in {formatting.plural(row.days_to_long_term, 'day')}"
        if row.days_to_long_term
        else ""
    )
    gain = formatting.dollars(row.gain, cents=True, sign=True)
    share = formatting.percent(row.gain_fraction)
    stale = " (stale)" if row.price_stale else ""
    shares = formatting.shares(row.shares)
    return "\n".join(
        (
            f"{row.symbol}  {row.name}",
            f"{row.account}: {shares} shares, acquired {formatting.day(row.acquired_on)}",
            f"{gain} ({share}) on a basis of {formatting.dollars(row.adjusted_basis, cents=True)}",
            f"Held {days}{turns}",
            f"Price {formatting.dollars(row.price, cents=True)} of {formatting.day(row.price_on)}{stale}",
            why(row),
        )
    )


def answer(view: LotsView) -> str:
    """Return the sentence the page begins with."""
    return missing_prices(view) + _harvestable_words(view)


def _harvestable_words(view: LotsView) -> str:
    if view.harvestable_lots:
        first = _free_words(view)
    else:
        first = "No lot can be sold at a loss that would stand today"
    if not view.locked_lots:
        return f"{first}."
    return f"{first}; {_more_locked(view)}"


def _free_words(view: LotsView) -> str:
    """Return what could be sold; what the data do not cover is never said to stand."""
    lots = formatting.plural(view.harvestable_lots, "lot")
    words = f"{formatting.dollars(view.harvestable)} of losses in {lots}"
    if not view.unsure_lots:
        return f"{words} would stand if they were sold today"
    if view.unsure_lots == view.harvestable_lots:
        return f"Nothing imported stands against {words}, but coverage is incomplete"
    unsure = formatting.plural(view.unsure_lots, "lot")
    return f"{words} could be sold today; for {unsure} of them coverage is incomplete"


def _more_locked(view: LotsView) -> str:
    lots = formatting.plural(view.locked_lots, "more lot", "more lots")
    verb = "is" if view.locked_lots == 1 else "are"
    held = f"{formatting.dollars(view.locked)} in {lots} {verb} locked"
    if view.first_free is None or view.last_free is None:
        return f"{held}."
    first, last = formatting.long_day(view.first_free), formatting.long_day(view.last_free)
    if first == last:
        return f"{held}, free from {first}."
    return f"{held}, the first free from {first}, the last from {last}."


def quadrant_words(quadrant: Quadrant) -> tuple[str, str]:
    """Return the two lines of a corner of the picture."""
    kind = "losses" if quadrant.loss else "gains"
    term = "short-term" if quadrant.term is Term.SHORT else "long-term"
    if quadrant.lots == 0:
        return f"{term} {kind}", "none"
    lots = formatting.plural(quadrant.lots, "lot")
    return f"{term} {kind}", f"{formatting.dollars(abs(quadrant.gain))} in {lots}"
