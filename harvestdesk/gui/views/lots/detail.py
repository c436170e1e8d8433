"""What the pane says about one lot: its figures, what changed its basis and date, and by which rule."""

from collections.abc import Iterable, Iterator

from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.views.lots.words import UNSURE_WORDS, why
from harvestdesk.gui.widgets.detail_pane import Line
from harvestdesk.reports.evidence_words import STATE_NAMES
from harvestdesk.reports.reading_words import lot_change, other_answer, question, sale_change
from harvestdesk.reports.tax_forms.wash_ledger import rule_words
from harvestdesk.reports.tax_forms.words import RULE_AUTHORITY
from harvestdesk.services.views.lot_detail import HistoryRow, LotDetail
from harvestdesk.services.views.lots import LotRow
from harvestdesk.washsale.audit import WashEntry
from harvestdesk.washsale.evidence import Evidence

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
FLAG = "\u2691"
"""Beside what another reading of the law would change."""


def lines_of(row: LotRow, detail: LotDetail | None) -> tuple[Line, ...]:
    """Return the pane's lines; without a detail only what the table knows."""
    lines = [*_figures(row, detail)]
    if detail is None:
        return (*lines, Line(WORKING_WORDS, tone=Tone.MUTED))
    lines += _evidence(row, detail)
    lines += _history(detail)
    lines += _losses("Disallowed losses in its basis", detail.came_in, into=True)
    lines += _losses("Its own losses that were disallowed", detail.went_out, into=False)
    lines += _readings(detail)
    lines += _authorities(detail)
    return tuple(lines)


def title_of(row: LotRow) -> str:
    """Return the pane's title."""
    return f"{row.symbol}, {formatting.shares(row.shares)} shares"


def _figures(row: LotRow, detail: LotDetail | None) -> Iterator[Line]:
    yield Line(row.account, tone=Tone.MUTED)
    yield Line("Acquired", formatting.day(row.acquired_on))
    if row.adjusted_acquired_on != row.acquired_on:
        days = _tacked(row)
        note = f"{formatting.plural(days, 'day')} of the shares it replaced count (IRC §1223(3))"
        yield Line("Counts as held from", formatting.day(row.adjusted_acquired_on), note)
    yield Line("Cost", formatting.amount(row.cost_basis))
    if row.wash_added:
        yield Line("Disallowed losses added", formatting.amount(row.wash_added), "IRC §1091(d)")
    flag = f" {FLAG}" if detail is not None and detail.readings else ""
    yield Line(f"Adjusted basis ${flag}", formatting.amount(row.adjusted_basis), strong=True)
    yield Line(why(row), tone=Tone.MUTED)


def _evidence(row: LotRow, detail: LotDetail) -> Iterator[Line]:
    """Say what is missing; a lot about which everything is known says nothing of it."""
    if detail.evidence == Evidence.CONFIRMED or not detail.missing:
        return
    state = Evidence(detail.evidence)
    sure = state not in UNSURE_WORDS
    tone = Tone.PLAIN if sure or not row.is_loss else Tone.WARNING
    sign = "\u26a0 " if tone is Tone.WARNING else ""
    yield Line("How sure this is", head=True)
    yield Line(f"{sign}{STATE_NAMES[state]}", tone=tone, strong=not sure)
    for words in detail.missing:
        yield Line(words)


def _authorities(detail: LotDetail) -> Iterator[Line]:
    """Say once on which law the losses named above were disallowed."""
    entries = (*detail.came_in, *detail.went_out)
    used = {rule.code for entry in entries for rule in entry.rules}
    if used:
        yield Line("The rules behind it", head=True)
    for code, words in RULE_AUTHORITY.items():
        if code in used:
            yield Line(words, tone=Tone.MUTED)


def _readings(detail: LotDetail) -> Iterator[Line]:
    """Say under which reading of the law basis or date would be others, and which they would be."""
    if detail.readings:
        yield Line(f"{FLAG} Another reading would change this lot", head=True)
    for reading in detail.readings:
        yield Line(question(reading), note=f"{other_answer(reading)}: {lot_change(reading)}.")


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
        rules = rule_words(entry.rules)
        note = f"{rules[:1].upper()}{rules[1:]}." if rules else ""
        yield Line(words, formatting.amount(entry.loss), note, tone)
        for reading in entry.readings:
            words = f"{FLAG} Another reading would change this: {question(reading)}"
            yield Line(words, note=f"{other_answer(reading)}: {sale_change(reading)}.")
