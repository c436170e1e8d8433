"""What the pane says about one lot: its figures, what changed its basis and date, and by which rule."""

from collections.abc import Iterable, Iterator

from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.views.lots.words import why
from harvestdesk.gui.widgets.detail_pane import Line
from harvestdesk.reports.wording import worded
from harvestdesk.services.views.lot_detail import HistoryRow, LotDetail
from harvestdesk.services.views.lots import LotRow
from harvestdesk.washsale.audit import WashEntry
from harvestdesk.washsale.policy import POLICY_OPTIONS

PICK_WORDS = "Pick one lot to see what its basis and its date rest on."
WORKING_WORDS = "Working out its history\u2026"
_KINDS = {
    "bought": "Bought",
    "opened": "Came in with its history",
    "wash_added": "Disallowed loss came in",
    "washed_for_good": "Replaced a loss that is gone for good",
    "roc": "Return of capital",
    "split": "Split",
    "spin_off": "Spin-off",
    "merger": "Merger",
    "symbol_change": "Symbol changed",
    "averaged": "Averaged with the other shares",
    "holding_reset": "Holding period starts anew (IRC §1233(b))",
    "sold": "Sold",
    "moved_out": "Moved out",
}
_TITLES = {option.name: option.title for option in POLICY_OPTIONS}


def lines_of(row: LotRow, detail: LotDetail | None) -> tuple[Line, ...]:
    """Return the pane's lines; without a detail only what the table knows."""
    lines = [*_figures(row)]
    if detail is None:
        return (*lines, Line(WORKING_WORDS, tone=Tone.MUTED))
    lines += _history(detail)
    lines += _losses("Disallowed losses in its basis", detail.came_in, into=True)
    lines += _losses("Its own losses that were disallowed", detail.went_out, into=False)
    return tuple(lines)


def title_of(row: LotRow) -> str:
    """Return the pane's title."""
    return f"{row.symbol}, {formatting.shares(row.shares)} shares"


def _figures(row: LotRow) -> Iterator[Line]:
    yield Line(row.account, tone=Tone.MUTED)
    yield Line("Acquired", formatting.day(row.acquired_on))
    if row.adjusted_acquired_on != row.acquired_on:
        days = _tacked(row)
        note = f"{formatting.plural(days, 'day')} of the shares it replaced count (IRC §1223(3))"
        yield Line("Counts as held from", formatting.day(row.adjusted_acquired_on), note)
    yield Line("Cost", formatting.amount(row.cost_basis))
    if row.wash_added:
        yield Line("Disallowed losses added", formatting.amount(row.wash_added), "IRC §1091(d)")
    yield Line("Adjusted basis $", formatting.amount(row.adjusted_basis), strong=True)
    yield Line(why(row), tone=Tone.MUTED)


def _tacked(row: LotRow) -> int:
    if row.acquired_on is None or row.adjusted_acquired_on is None:
        return 0
    return (row.acquired_on - row.adjusted_acquired_on).days


def _history(detail: LotDetail) -> Iterator[Line]:
    yield Line("History", head=True)
    if detail.from_statement is not None:
        yield Line(
            f"From the broker's lot file of {formatting.day(detail.from_statement)}; what came before it "
            "is the broker's word.",
            tone=Tone.MUTED,
        )
    if not detail.history:
        yield Line("Nothing has changed it since.", tone=Tone.MUTED)
    for step in detail.history:
        words = f"{formatting.day(step.on)}  {_KINDS.get(step.kind, step.kind)}"
        yield Line(words, formatting.amount(step.amount), _note(step))
    if len(detail.parts) > 1:
        others = formatting.plural(len(detail.parts), "part")
        yield Line(f"The purchase stands in {others}, each with its own basis.", tone=Tone.MUTED)


def _note(step: HistoryRow) -> str:
    shares = formatting.shares(step.shares)
    parts = [f"{shares} shares"]
    if step.source:
        parts.append(step.source)
    if step.days:
        parts.append(f"{formatting.plural(step.days, 'day')} tacked on")
    if step.basis is not None:
        parts.append(f"basis then {formatting.dollars(step.basis, cents=True)}")
    return "; ".join(parts)


def _losses(title: str, entries: Iterable[WashEntry], *, into: bool) -> Iterator[Line]:
    entries = tuple(entries)
    if entries:
        yield Line(title, head=True)
    for entry in entries:
        shares = formatting.shares(entry.shares)
        verb = "sold" if into else "replaced"
        day = entry.sold_on if into else entry.bought_on
        words = f"{shares} shares {verb} {formatting.day(day)}"
        tone = Tone.PERMANENT if entry.permanent else Tone.PLAIN
        rules = " ".join(worded(rule.code, rule.facts) for rule in entry.rules)
        yield Line(words, formatting.amount(entry.loss), rules, tone)
        for option in dict.fromkeys(reading.option for reading in entry.readings):
            question = _TITLES.get(option, option)
            yield Line(f"\u2691 Another reading would change this: {question}", tone=Tone.WARNING)
