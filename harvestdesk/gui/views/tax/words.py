"""Words of the tax page: figures, what a part of the bracket bar is, what the pane says."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, rounded
from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.view_base import Figure
from harvestdesk.gui.views.tax.saying import say
from harvestdesk.gui.views.tax.tables import (
    CERTAINTY_NAMES,
    quarter_name,
)
from harvestdesk.gui.widgets.detail_pane import Line
from harvestdesk.reports.tax_words import (
    EXTERNAL_NAMES,
    MEASURE_NAMES,
    NEXT_NAMES,
    TERM_NAMES,
)
from harvestdesk.services.views.tax_rows import (
    Band,
    BracketBar,
    CarryRow,
    Crossing,
    LineKind,
    MeasureRow,
    NextDollar,
    NextKind,
    OutsideRow,
    QuarterRow,
    Stack,
    TaxLine,
    TaxView,
    TermRow,
)

_MOST_WARNINGS = 2
"""So many warnings stand above the page; all of them stand in the pane."""
LINE_NAMES = {
    LineKind.BRACKET: "on ordinary income",
    LineKind.FIFTEEN: "on long-term gains",
    LineKind.TWENTY: "on long-term gains",
    LineKind.NIIT: "on investment income",
}
PART_TITLES = ("Gains", "Losses", "Disallowed", "Fund gains", "Outside", "Net")


def rate(fraction: Decimal) -> str:
    """Return a rate as the tables print it: `24 %`, `3.8 %`."""
    whole = fraction * 100 == (fraction * 100).to_integral_value()
    return formatting.percent(fraction, 0 if whole else 1)


def money(value: Decimal | None) -> str:
    """Return dollars and cents."""
    return formatting.dollars(value, cents=True)


# --- figures -----------------------------------------------------------------------------------------------
def figures(view: TaxView, plan: str = "the latest plan") -> tuple[Figure, ...]:
    """Return the figures of the page, in order of weight; `plan` says which plan is meant."""
    tax = view.capital_tax
    found = [
        Figure(
            "Tax as things stand",
            formatting.dollars(tax.value),
            say(tax.why),
            "on capital results" if tax.value >= 0 else "saved by capital losses",
        )
    ]
    if view.planned_tax is not None:
        found.append(_planned_figure(view, view.planned_tax.value, plan))
    net = view.together.net
    found.append(
        Figure(
            "Realised so far",
            formatting.dollars(net.value),
            say(net.why),
            formatting.plural(view.sales, "sale"),
            Tone.PLAIN if not net.value else Tone.LOSS if net.value < 0 else Tone.GAIN,
        )
    )
    found.append(_carried_figure(view))
    by_kind = {n.kind: n for n in view.next_dollars}
    for kind, label in (
        (NextKind.SHORT_GAIN, "Next $1, short"),
        (NextKind.LONG_GAIN, "Next $1, long"),
    ):
        row = by_kind[kind]
        loss = by_kind[NextKind.SHORT_LOSS if kind is NextKind.SHORT_GAIN else NextKind.LONG_LOSS]
        found.append(_next_figure(label, row, loss))
    return tuple(found)


def _planned_figure(view: TaxView, planned: Decimal, plan: str) -> Figure:
    # The difference of the figures as they are shown, so that the three add up on the page.
    change = rounded(planned, 0) - rounded(view.capital_tax.value, 0)
    less = "less" if change < 0 else "more"
    note = "no change" if not change else f"{formatting.dollars(abs(change))} {less}"
    why = (
        f"{money(view.capital_tax.value)} as things stand; with the sales of {plan} "
        f"{money(planned)}, by the same netting and rates."
    )
    return Figure("With the plan", formatting.dollars(planned), why, note, Tone.PLAN)


def _carried_figure(view: TaxView) -> Figure:
    both = view.carry[-1]
    note = "as things stand"
    if view.planned_carried is not None:
        note = f"{formatting.dollars(view.planned_carried)} with the plan"
    return Figure(
        f"Carried into {view.year + 1}",
        formatting.dollars(view.carried),
        say(both.carried_out.why),
        note,
    )


def _next_figure(label: str, gain: NextDollar, loss: NextDollar) -> Figure:
    worth = formatting.percent(loss.together)
    why = f"{say(gain.now.why)} {say(loss.now.why)}"
    return Figure(label, formatting.percent(gain.now.value), why, f"a loss saves {worth}")


# --- remarks -----------------------------------------------------------------------------------------------
def warning_words(view: TaxView) -> str:
    """Return what stands in the notice bar: the first warnings, and how many more the pane holds."""
    said = [say(n) for n in warnings(view.notes)]
    more = len(said) - _MOST_WARNINGS
    words = " ".join(said[:_MOST_WARNINGS])
    if more > 0:
        words += f" {formatting.plural(more, 'further remark')} at the right."
    return words


def warnings(notes: Sequence[Notice]) -> list[Notice]:
    """Return the remarks that say something may be wrong."""
    return [n for n in notes if n.severity is not Severity.INFO]


def typed_words(view: TaxView) -> str:
    """Return what stands in place of the bracket bar while typed rates are in force."""
    note = next((n for n in view.notes if n.code.startswith("typed")), None)
    return "" if note is None else say(note)


# --- the bracket bar -------------------------------------------------------------------------------------
def stack_parts(stack: Stack) -> tuple[tuple[str, str, Decimal, Decimal], ...]:
    """Return the layers of income that are not empty: key, name, from, to."""
    layers = (
        ("other", "Other income", ZERO, stack.other),
        ("short", "Short-term gain", stack.other, stack.ordinary_top),
        ("preferred", "Long-term gain, qualified dividends", stack.ordinary_top, stack.top),
    )
    return tuple(x for x in layers if x[3] > x[2])


def layer_words(key: str, stack: Stack) -> str:
    """Return what a layer of income is."""
    if key == "other":
        return (
            f"Other income {formatting.dollars(stack.other)}: taxable at ordinary rates, after "
            f"deductions of {formatting.dollars(stack.deduction)}."
        )
    if key == "short":
        return (
            f"Net short-term gain {formatting.dollars(stack.short)}: taxed at ordinary rates on top of "
            "other income."
        )
    return (
        f"Net long-term gain and qualified dividends {formatting.dollars(stack.preferred)}: they stand on "
        f"top of ordinary income, from {formatting.dollars(stack.ordinary_top)} to "
        f"{formatting.dollars(stack.top)} (IRC §1(h))."
    )


def span_words(band: Band) -> str:
    """Return from where to where a band reaches."""
    if band.upper is None:
        return f"above {formatting.dollars(band.lower)}"
    return f"from {formatting.dollars(band.lower)} to {formatting.dollars(band.upper)}"


def band_words(band: Band, filled: Decimal, *, ordinary: bool) -> str:
    """Return what a band of a scale is and how much of it the household fills."""
    what = "Ordinary income" if ordinary else "Long-term gains and qualified dividends"
    law = "IRC §1(j)" if ordinary else "IRC §1(h)"
    words = f"{what} {span_words(band)} of taxable income: {rate(band.rate)} ({law})."
    if filled > 0:
        return f"{words} {formatting.dollars(filled)} of yours is taxed here."
    return f"{words} None of yours is taxed here."


def filled(band: Band, low: Decimal, high: Decimal) -> Decimal:
    """Return the dollars between `low` and `high` that lie in a band."""
    top = high if band.upper is None else min(high, band.upper)
    return max(ZERO, top - max(low, band.lower))


def stand_words(bar: BracketBar) -> str:
    """Return where the household stands in one line."""
    words = f"Taxable income {formatting.dollars(bar.now.top)}"
    if bar.planned is not None and bar.planned.top != bar.now.top:
        words += f", with the plan {formatting.dollars(bar.planned.top)}"
    return words


def spoken_bar(bar: BracketBar) -> str:
    """Return the picture as one text, for people who listen."""
    layers = (f"{name} {formatting.dollars(b - a)}" for _, name, a, b in stack_parts(bar.now))
    lines = (f"{rate(x.rate)} {LINE_NAMES[x.kind]}: {room_words(x)}" for x in bar.lines)
    return f"{stand_words(bar)}: {', '.join(layers)}. {'. '.join(lines)}."


def room_words(line: TaxLine) -> str:
    """Return how far a line is."""
    if line.room > 0:
        return f"{formatting.dollars(line.room)} to go"
    return f"passed by {formatting.dollars(-line.room)}"


def next_words(view: TaxView) -> list[str]:
    """Return what moves the household over the next line: nearest by a gain, nearest by a loss."""
    said = []
    for wanted in (False, True):
        near = [c for c in view.crossings if c.kind.is_loss == wanted and c.amount is not None]
        if near:
            said.append(say(min(near, key=lambda c: c.amount or ZERO).why))
    return said


# --- the pane ----------------------------------------------------------------------------------------------
def standing_lines(view: TaxView) -> list[Line]:
    """Return what the pane says before anything is picked: where the household stands, what comes next."""
    lines = []
    bar = view.bar
    if bar is not None:
        lines += [
            Line(name, formatting.dollars(high - low))
            for _, name, low, high in stack_parts(bar.now)
        ]
        lines.append(Line("Taxable income", formatting.dollars(bar.now.top), strong=True))
        lines.append(Line("Adjusted gross income", formatting.dollars(bar.now.agi)))
        lines.append(Line("LINES OF THE TABLES", head=True))
        lines += [_line_line(x) for x in bar.lines]
    lines.append(Line("ONE MORE DOLLAR OF", head=True))
    lines += [_next_line(n) for n in view.next_dollars]
    lines += remark_lines(view)
    return lines


def _line_line(line: TaxLine) -> Line:
    sign = "" if line.room > 0 else "\u2713 "
    words = f"{sign}{rate(line.rate)} {LINE_NAMES[line.kind]}"
    return Line(words, formatting.dollars(line.at), room_words(line).capitalize())


def _next_line(row: NextDollar) -> Line:
    verb = "saves" if row.kind.is_loss else "costs"
    note = ""
    if row.later:
        note = f"later {formatting.percent(row.later)}, together {formatting.percent(row.together)}"
    return Line(NEXT_NAMES[row.kind.value], f"{verb} {formatting.percent(row.now.value)}", note)


def remark_lines(view: TaxView) -> list[Line]:
    """Return every remark, warnings first."""
    if not view.notes:
        return []
    lines = [Line("REMARKS", head=True)]
    for note in view.notes:
        warns = note.severity is not Severity.INFO
        sign = "\u26a0 " if warns else ""
        lines.append(Line(sign + say(note), tone=Tone.WARNING if warns else Tone.PLAIN))
    return lines


def term_lines(row: TermRow) -> list[Line]:
    """Return how the results of a term add up."""
    lines = [
        Line(title, money(told.value), say(told.why))
        for title, told in zip(PART_TITLES, row.parts, strict=True)
    ]
    last = lines.pop()
    return [*lines, Line(last.words, last.figure, last.note, strong=True)]


def carry_lines(row: CarryRow) -> list[Line]:
    """Return how a carried loss came about."""
    used = "Used this year" if row.used >= 0 else "Added this year"
    lines = [
        Line("Came in", money(row.carried_in.value), say(row.carried_in.why)),
        Line(used, money(abs(row.used))),
        Line("Goes on", money(row.carried_out.value), say(row.carried_out.why), strong=True),
    ]
    if row.planned_out is not None:
        lines.append(Line("With the plan", money(row.planned_out), tone=Tone.PLAN))
    return lines


def measure_lines(row: MeasureRow) -> list[Line]:
    """Return how a measure came about."""
    lines = [Line("As it stands", money(row.now), strong=True)]
    if row.planned is not None:
        lines.append(Line("With the plan", money(row.planned), tone=Tone.PLAN))
        lines.append(Line("Change", formatting.dollars(row.change, cents=True, sign=True)))
    lines.append(Line("HOW IT COMES ABOUT", head=True))
    lines.append(Line(say(row.why)))
    return lines


def outside_lines(row: OutsideRow) -> list[Line]:
    """Return what an outside gain is."""
    lines = [
        Line("Amount", money(row.amount)),
        Line("Probability", formatting.percent(row.probability, 0)),
        Line("Counted", money(row.counted.value), say(row.counted.why), strong=True),
        _term_line(row),
        Line("Quarter", quarter_name(row.quarter)),
        Line("State", CERTAINTY_NAMES[row.certainty]),
    ]
    if row.note:
        lines.append(Line("Note", note=row.note))
    return lines


def _term_line(row: OutsideRow) -> Line:
    if row.is_dividend:
        return Line("Taxed as", "Ordinary dividend", "A fund's short-term distribution is no gain.")
    return Line("Term", TERM_NAMES[Term(row.term.value)])


def _quarter_title(row: QuarterRow) -> str:
    return quarter_name(row.quarter, "Without a date" if row.undated else "The whole year")


def quarter_lines(row: QuarterRow) -> list[Line]:
    """Return what a quarter adds up to."""
    return [
        Line("Known", money(row.known), "Realised, or certain."),
        Line("Expected", money(row.expected), "Amount times probability of what is not certain."),
        Line("Short-term", money(row.short)),
        Line("Long-term", money(row.long)),
        Line("Dividends", money(row.dividends), "Short-term distributions of funds."),
        Line("Counted", money(row.counted), strong=True),
    ]


def next_lines(row: NextDollar) -> list[Line]:
    """Return what one more dollar does."""
    return [
        Line("This year", formatting.percent(row.now.value)),
        Line("Later, at present value", formatting.percent(row.later)),
        Line("Together", formatting.percent(row.together), strong=True),
        Line("HOW IT COMES ABOUT", head=True),
        Line(say(row.now.why)),
    ]


def ahead_lines(row: Crossing) -> list[Line]:
    """Return what happens at a line ahead."""
    lines = [Line("Rate up to there", formatting.percent(row.rate))]
    if row.next_rate is not None:
        lines.insert(0, Line("Dollars to go", money(row.amount)))
        lines.append(Line("Then", formatting.percent(row.next_rate)))
    return [*lines, Line(say(row.why))]


_PANES: tuple[tuple[type, Callable[[Any], str], Callable[[Any], list[Line]]], ...] = (
    (TermRow, lambda row: f"{TERM_NAMES[row.term]} so far", term_lines),
    (CarryRow, lambda row: f"Carried, {TERM_NAMES[row.term].lower()}", carry_lines),
    (MeasureRow, lambda row: MEASURE_NAMES[row.measure.value], measure_lines),
    (OutsideRow, lambda row: EXTERNAL_NAMES[row.kind], outside_lines),
    (QuarterRow, _quarter_title, quarter_lines),
    (NextDollar, lambda row: NEXT_NAMES[row.kind.value], next_lines),
    (Crossing, lambda row: NEXT_NAMES[row.kind.value], ahead_lines),
)


def pane_of(row: object) -> tuple[str, list[Line]]:
    """Return head and lines of the pane for a row of a table."""
    for kind, title, lines in _PANES:
        if isinstance(row, kind):
            return title(row), lines(row)
    return "", []
