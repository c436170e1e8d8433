"""From a Report to pages: blocks flow down, headings stay with what they head, long tables break."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harvestdesk.gui.printing.marks import Frame, Line, Mark, Page, Text
from harvestdesk.gui.printing.paper import ACCENT, INK, MARGIN, PT, RULE, PaperSize, Voice
from harvestdesk.gui.printing.tables import Band, TableSetter
from harvestdesk.gui.printing.type import Typesetter
from harvestdesk.reports.document import (
    SIMULATED_MARK,
    Block,
    Checklist,
    Facts,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    Report,
    Signatures,
    Table,
    Tone,
)

_HEAD_HEIGHT = 20 * PT
_FOOT_HEIGHT = 18 * PT
_TONES = {
    Tone.BODY: Voice.BODY,
    Tone.LEAD: Voice.LEAD,
    Tone.WARNING: Voice.STRONG,
    Tone.SMALL: Voice.SMALL,
}
_INITIALS_WIDTH = 58 * PT
_LEADING_ROWS = 4
_SPLIT_FROM = 14
"""Paragraphs of so many lines may break over a page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is not broken; `keep` binds it to the piece below."""

    marks: tuple[Mark, ...]
    height: float
    above: float = 0.0
    keep: bool = False


_Flow = Piece | TableSetter | PageBreak


def lay_out(report: Report, paper: PaperSize, setter: Typesetter) -> list[Page]:
    """Return the pages of a report, with running heads and page numbers."""
    return _Layout(report, paper, setter).pages()


class _Layout:
    """The pages under way: where the pen is, and what is bound to what comes next."""

    def __init__(self, report: Report, paper: PaperSize, setter: Typesetter) -> None:
        self._report = report
        self._paper = paper
        self._setter = setter
        self._pages: list[Page] = []
        self._y = 0.0
        self._bottom = paper.height - MARGIN - _FOOT_HEIGHT
        self._waiting: list[Piece] = []
        self._new_page()

    def pages(self) -> list[Page]:
        for flow in self._flows():
            if isinstance(flow, PageBreak):
                self._flush(0.0)
                self._new_page()
            elif isinstance(flow, TableSetter):
                self._add_table(flow)
            elif flow.keep:
                self._waiting.append(flow)
            else:
                self._flush(flow.above + flow.height)
                self._add(flow)
        self._flush(0.0)
        for number, page in enumerate(self._pages, 1):
            self._run(page, number)
        return self._pages

    # --- flowing -----------------------------------------------------------------------------------

    def _flows(self) -> list[_Flow]:
        flows: list[_Flow] = list(_opening(self._report, self._setter, self._paper.text_width))
        for block in self._report.blocks:
            flows += self._block(block)
        return flows

    def _block(self, block: Block) -> Sequence[_Flow]:
        width = self._paper.text_width
        if isinstance(block, PageBreak):
            return [block]
        if isinstance(block, Table):
            return _table(block, self._setter, width)
        return [*_PIECES[type(block)](block, self._setter, width)]

    def _new_page(self) -> None:
        self._pages.append(Page())
        self._y = MARGIN + _HEAD_HEIGHT

    def _room(self) -> float:
        return self._bottom - self._y

    def _is_fresh(self) -> bool:
        return self._y <= MARGIN + _HEAD_HEIGHT

    def _add(self, piece: Piece) -> None:
        above = 0.0 if self._is_fresh() else piece.above
        if above + piece.height > self._room() and not self._is_fresh():
            self._new_page()
            above = 0.0
        self._put(piece.marks, above, piece.height)

    def _put(self, marks: Sequence[Mark], above: float, height: float) -> None:
        self._pages[-1].place(marks, MARGIN, self._y + above)
        self._y += above + height

    def _flush(self, following: float) -> None:
        """Place what waits, on a new page if it and `following` do not fit on this one."""
        waiting, self._waiting = self._waiting, []
        needed = sum(p.above + p.height for p in waiting) + following
        if waiting and needed > self._room() and not self._is_fresh():
            self._new_page()
        for piece in waiting:
            self._add(piece)

    # --- tables ------------------------------------------------------------------------------------

    def _add_table(self, table: TableSetter) -> None:
        units = [[(n, table.band(n)) for n in unit] for unit in table.units()]
        totals = table.totals()
        last = totals.height if totals else 0.0
        heights = [sum(band.height for _, band in unit) for unit in units]
        page_sum = table.page_sum([])
        reserve = page_sum.height if page_sum else 0.0
        # Some rows under the head, so that no page ends with a head and a row or two.
        lead = sum(heights[:_LEADING_ROWS])
        self._flush(table.head.height + lead + (reserve if len(heights) > _LEADING_ROWS else last))
        whole = table.head.height + sum(heights) + last <= self._room()
        self._put(table.head.marks, 0.0, table.head.height)
        shown: list[int] = []
        for place, unit in enumerate(units):
            # The last two rows and the totals stay together: no page begins with a lone last row.
            ending = place >= len(units) - 2
            needed = (sum(heights[place:]) + last) if ending else heights[place]
            needed += 0.0 if whole else reserve
            if shown and needed > self._room():
                self._close_page(table.page_sum(shown))
                shown = []
                self._open_page(table, unit[0][0])
            for n, band in unit:
                self._put(band.marks, 0.0, band.height)
                shown.append(n)
        if not whole:
            self._close_page(table.page_sum(shown))
        if totals:
            self._put(totals.marks, 0.0, totals.height)
        self._put((Line(0, 0, self._paper.text_width, 0, 6.0, RULE),), 0.0, 0.0)

    def _open_page(self, table: TableSetter, first: int) -> None:
        self._new_page()
        self._put(table.head.marks, 0.0, table.head.height)
        group = table.continued(first)
        if group:
            self._put(group.marks, 0.0, group.height)

    def _close_page(self, page_sum: Band | None) -> None:
        if page_sum:
            self._put(page_sum.marks, 0.0, page_sum.height)
        self._put((Line(0, 0, self._paper.text_width, 0, 4.0, RULE),), 0.0, 0.0)

    # --- head and foot of each page ------------------------------------------------------------------

    def _run(self, page: Page, number: int) -> None:
        width, voice = self._paper.text_width, Voice.RUNNING
        top = MARGIN + self._setter.baseline(voice)
        right = f"{self._report.title}"
        marks: list[Mark] = [
            Text(0, top, self._report.running, voice),
            Text(width - self._setter.advance(right, voice), top, right, voice),
            Line(0, MARGIN + 13 * PT, width, MARGIN + 13 * PT, 4.0, RULE),
        ]
        foot = self._paper.height - MARGIN
        label = f"Page {number} of {len(self._pages)}"
        marks += [
            Line(0, foot - 12 * PT, width, foot - 12 * PT, 4.0, RULE),
            Text(0, foot - 2.5 * PT, self._report.footer, voice),
            Text(width - self._setter.advance(label, voice), foot - 2.5 * PT, label, voice),
        ]
        page.place(marks, MARGIN, 0.0)
        if self._report.simulated:
            page.place(self._simulated_mark(), MARGIN, MARGIN)

    def _simulated_mark(self) -> tuple[Mark, ...]:
        """Return the framed mark, in the middle of the head and so of every copy of the page."""
        voice = Voice.MARK
        wide = self._setter.advance(SIMULATED_MARK, voice)
        left = (self._paper.text_width - wide) / 2
        pad = 6 * PT
        return (
            Frame(left - pad, -1.5 * PT, wide + 2 * pad, 12 * PT, 8.0, INK),
            Text(left, self._setter.baseline(voice) - 0.4 * PT, SIMULATED_MARK, voice),
        )


def _opening(report: Report, setter: Typesetter, width: float) -> list[Piece]:
    pieces = [_text(report.title, Voice.TITLE, setter, width)]
    if report.subtitle:
        pieces.append(_text(report.subtitle, Voice.SUBTITLE, setter, width))
    if report.header:
        pieces.append(_facts(report.header, setter, width, above=6 * PT))
    return [Piece(p.marks, p.height, p.above, keep=True) for p in pieces]


def _table(table: Table, setter: Typesetter, width: float) -> Sequence[_Flow]:
    flows: list[_Flow] = []
    if table.caption:
        caption = _text(table.caption, Voice.CAPTION, setter, width, above=2 * PT)
        flows.append(Piece(caption.marks, caption.height + 2 * PT, caption.above, keep=True))
    if not table.rows:
        flows.append(_text(table.empty_text, Voice.BODY, setter, width, above=2 * PT))
        return flows
    flows.append(Piece((), 2 * PT, keep=True))
    flows.append(TableSetter(table, setter, width))
    flows.append(Piece((), 5 * PT))
    return flows


def _heading(block: Heading, setter: Typesetter, width: float) -> list[Piece]:
    if block.level > 1:
        piece = _text(block.text, Voice.SUBHEADING, setter, width, above=7 * PT)
        return [Piece(piece.marks, piece.height + 1 * PT, piece.above, keep=True)]
    piece = _text(block.text, Voice.HEADING, setter, width, above=12 * PT)
    bar = Line(0, piece.height + PT, width, piece.height + PT, 8.0, ACCENT)
    return [Piece((*piece.marks, bar), piece.height + 5 * PT, piece.above, keep=True)]


def _paragraph(block: Paragraph, setter: Typesetter, width: float) -> list[Piece]:
    if block.tone is Tone.WARNING:
        return [_framed(block.text, setter, width)]
    voice = _TONES[block.tone]
    lines = setter.wrap(block.text, voice, width)
    if len(lines) < _SPLIT_FROM:
        return [_lines(lines, voice, setter, above=3.5 * PT)]
    # The first two lines are bound together, and so are the last two.
    return [
        Piece(p.marks, p.height, 3 * PT if n == 0 else 0.0, keep=n in {0, len(lines) - 2})
        for n, p in enumerate(_lines((line,), voice, setter) for line in lines)
    ]


def _framed(text: str, setter: Typesetter, width: float) -> Piece:
    voice, pad, mark = Voice.STRONG, 5 * PT, 16 * PT
    lines = setter.wrap(text, voice, width - 2 * pad - mark)
    inner = _lines(lines, voice, setter)
    height = inner.height + 2 * pad
    page = Page()
    page.place(inner.marks, pad + mark, pad)
    page.place([Text(0, setter.baseline(Voice.LEAD), "!", Voice.LEAD)], pad + 3 * PT, pad - PT)
    frame = Frame(0, 0, width, height, 9.0, INK)
    bar = Line(pad + mark - 4 * PT, 0, pad + mark - 4 * PT, height, 9.0, INK)
    return Piece((frame, bar, *page.marks), height + 5 * PT, 6 * PT)


def _facts_block(block: Facts, setter: Typesetter, width: float) -> list[Piece]:
    return [_facts(block.rows, setter, width, above=4 * PT)]


def _facts(
    rows: Sequence[tuple[str, str]], setter: Typesetter, width: float, above: float
) -> Piece:
    label_width = max(setter.advance(label, Voice.LABEL) for label, _ in rows) + 12 * PT
    page = Page()
    y = 0.0
    for label, value in rows:
        lines = setter.wrap(value, Voice.BODY, width - label_width)
        page.place([Text(0, setter.baseline(Voice.BODY), label, Voice.LABEL)], 0.0, y)
        text = _lines(lines, Voice.BODY, setter)
        page.place(text.marks, label_width, y)
        y += text.height
    return Piece(tuple(page.marks), y + 2 * PT, above)


def _checklist(block: Checklist, setter: Typesetter, width: float) -> list[Piece]:
    box, indent = 7 * PT, 14 * PT
    voice = Voice.BODY
    label = "initials"
    pieces = []
    for n, item in enumerate(block.items):
        lines = setter.wrap(item, voice, width - indent - _INITIALS_WIDTH - 30 * PT)
        text = _lines(lines, voice, setter)
        base = setter.baseline(voice)
        page = Page()
        page.place(text.marks, indent, 0.0)
        line_left = width - _INITIALS_WIDTH
        label_left = line_left - setter.advance(label, Voice.CAPTION) - 3 * PT
        page.place([Text(0, base, label, Voice.CAPTION)], label_left, 0.0)
        page.place([Line(0, 0, _INITIALS_WIDTH, 0, 4.0, RULE)], line_left, base + PT)
        page.place([Frame(0, 0, box, box, 7.0, INK)], 0.0, base - box + 0.5 * PT)
        pieces.append(
            Piece(
                tuple(page.marks),
                text.height + (3 * PT if n == len(block.items) - 1 else 0.0),
                5 * PT,
                keep=n == 0 and len(block.items) > 1,
            )
        )
    return pieces


def _points(block: Points, setter: Typesetter, width: float) -> list[Piece]:
    voice, indent = Voice.BODY, 14 * PT
    pieces = []
    for n, (mark, item) in enumerate(block.items):
        text = _lines(setter.wrap(item, voice, width - indent), voice, setter)
        page = Page([Text(0, setter.baseline(voice), mark, voice)])
        page.place(text.marks, indent, 0.0)
        keep = n == 0 and len(block.items) > 1
        pieces.append(Piece(tuple(page.marks), text.height, 2.5 * PT, keep))
    return pieces


def _signatures(block: Signatures, setter: Typesetter, width: float) -> list[Piece]:
    sign_width, date_width, gap = width * 0.58, width * 0.36, width * 0.06
    voice = Voice.CAPTION
    pieces = []
    for n, label in enumerate(block.lines):
        y = 26 * PT
        date_left = sign_width + gap
        below = y + setter.baseline(voice) + PT
        marks: tuple[Mark, ...] = (
            Line(0, y, sign_width, y, 5.0, INK),
            Line(date_left, y, date_left + date_width, y, 5.0, INK),
            Text(0, below, label, voice),
            Text(date_left, below, "Date", voice),
        )
        last = n == len(block.lines) - 1
        height = y + setter.step(voice) + (10 * PT if last else 2 * PT)
        pieces.append(Piece(marks, height, keep=not last))
    return pieces


def _text(text: str, voice: Voice, setter: Typesetter, width: float, above: float = 0.0) -> Piece:
    return _lines(setter.wrap(text, voice, width), voice, setter, above)


def _lines(lines: Sequence[str], voice: Voice, setter: Typesetter, above: float = 0.0) -> Piece:
    base, step = setter.baseline(voice), setter.step(voice)
    marks = tuple(Text(0, base + n * step, line, voice) for n, line in enumerate(lines))
    return Piece(marks, len(lines) * step, above)


_PIECES: dict[type, Callable[..., list[Piece]]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Points: _points,
    Facts: _facts_block,
    Checklist: _checklist,
    Signatures: _signatures,
}
