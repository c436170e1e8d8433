"""Gains outside the ledger by quarter, and changes of law to reckon with; each save is one undo step.

Where sales take least tax, both work out all lots anew in the same step.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import MONEY_DIGITS, RATE_DIGITS
from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.rebuilding import ChangedFacts, lots_by_tax, put_lots
from harvestdesk.services.row_problems import RowField, fits, refuse, repeated

FIRST_YEAR, LAST_YEAR = 1913, 9999
"""The income tax begins with the first; a date can't be later than the last."""
_QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
_GAIN_IDS, _CHANGE_IDS = "gain", "law"
_TWICE = "This row is there twice."


def quarter_of(day: date) -> int:
    """Return the calendar quarter of a day, 1 to 4."""
    return (day.month + 2) // 3


def quarter_end(year: int, quarter: int) -> date:
    """Return the last day of a calendar quarter.

    Raises:
        BadInputError: the quarter is not 1 to 4.
    """
    if not 1 <= quarter <= len(_QUARTER_ENDS):
        raise BadInputError(f"There is no quarter {quarter}; expected 1 to 4.", code="gain.quarter")
    month, day = _QUARTER_ENDS[quarter - 1]
    return date(year, month, day)


def external_gain_problems(gains: Sequence[ExternalGain], as_of: date) -> dict[RowField, str]:
    """Return what is wrong by row and field; empty if nothing."""
    found: dict[RowField, str] = {}
    for row, gain in enumerate(gains):
        if not gain.amount.is_finite() or gain.amount == 0:
            found[row, "amount"] = "Type an amount; a loss has a minus."
        elif not fits(gain.amount, MONEY_DIGITS):
            found[row, "amount"] = f"At most {MONEY_DIGITS} decimals, and less than nine trillion."
        if not 0 <= gain.probability <= 1 or not fits(gain.probability, RATE_DIGITS):
            found[row, "probability"] = "How likely it is lies between 0 % and 100 %."
        if gain.on.year < FIRST_YEAR:
            found[row, "on"] = f"Choose a year from {FIRST_YEAR} on."
        elif gain.realised and _quarter_begins(gain.on) > as_of:
            found[row, "realised"] = "That quarter has not begun; it can't have happened yet."
    return found | repeated([g.id for g in gains], "id", _TWICE)


def law_change_problems(changes: Sequence[LawChange]) -> dict[RowField, str]:
    """Return what is wrong by row and field; empty if nothing."""
    found: dict[RowField, str] = {}
    for row, change in enumerate(changes):
        if not FIRST_YEAR <= change.from_year <= LAST_YEAR:
            found[row, "from_year"] = f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}."
        if not -1 <= change.points <= 1 or change.points == 0:
            found[row, "points"] = "Type the points added to the rate, from -100 to 100, not 0."
        elif not fits(change.points, RATE_DIGITS):
            found[row, "points"] = f"At most {RATE_DIGITS - 2} decimals of a point."
    return found | repeated([c.id for c in changes], "id", _TWICE)


def save_external_gains(ctx: AppContext, gains: Sequence[ExternalGain]) -> Changes:
    """Put these gains in the place of all there are, each on the last day of its quarter.

    Args:
        ctx: the open household.
        gains: all of them; one with an empty id is new.

    Raises:
        BadInputError: the first of what `external_gain_problems` says, with its row and field as facts.
    """
    refuse(external_gain_problems(gains, ctx.as_of()), "gain")
    kept = [
        replace(g, on=quarter_end(g.on.year, quarter_of(g.on)), note=g.note.strip()) for g in gains
    ]
    lots = lots_by_tax(ctx.book, ChangedFacts(external=kept))
    with ctx.book.write("Outside gains") as w:
        w.replace_external_gains([replace(g, id=g.id or w.new_id(_GAIN_IDS)) for g in kept])
        put_lots(w, lots)
    return w.changes


def save_law_changes(ctx: AppContext, changes: Sequence[LawChange]) -> Changes:
    """Put these changes of law in the place of all there are.

    Args:
        ctx: the open household.
        changes: all of them; one with an empty id is new.

    Raises:
        BadInputError: the first of what `law_change_problems` says, with its row and field as facts.
    """
    refuse(law_change_problems(changes), "law")
    lots = lots_by_tax(ctx.book, ChangedFacts(laws=changes))
    with ctx.book.write("Changes of law") as w:
        w.replace_law_changes(
            [replace(c, id=c.id or w.new_id(_CHANGE_IDS), note=c.note.strip()) for c in changes]
        )
        put_lots(w, lots)
    return w.changes


def _quarter_begins(day: date) -> date:
    return date(day.year, 3 * quarter_of(day) - 2, 1)
