"""The page of the year's tax: the scales above, the tables below, what is picked at the right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.models.table_base import Column
from harvestdesk.gui.plots.legend import Key, Legend
from harvestdesk.gui.remarks import plan_meant
from harvestdesk.gui.theme import Space, Tone
from harvestdesk.gui.view_base import DeskData, Page, ViewContext
from harvestdesk.gui.views.tax import tables
from harvestdesk.gui.views.tax.bracket_bar import BracketCanvas
from harvestdesk.gui.views.tax.saying import say
from harvestdesk.gui.views.tax.tables import TaxTable
from harvestdesk.gui.views.tax.words import (
    figures,
    next_words,
    pane_of,
    standing_lines,
    typed_words,
    warning_words,
)
from harvestdesk.gui.widgets.action_button import ActionButton
from harvestdesk.gui.widgets.detail_pane import DetailPane, Line, beside
from harvestdesk.gui.widgets.plain_table import PlainTable
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.gui.workers.runner import Lane
from harvestdesk.services.views.tax_readings import reading_notes
from harvestdesk.services.views.tax_rows import TaxView

_KEYS = (
    Key("other income", Tone.LOCKED, None),
    Key("short-term gain", Tone.GAIN, None),
    Key("long-term gain, qualified dividends", Tone.GAIN, None, hatched=True),
    Key("where income stands", Tone.PLAIN, None, line=True),
)
_PARTS = (
    ("Year so far", "Results by term, and losses carried"),
    ("Whole year", "The return of the whole year as projected, with and without the plan"),
    ("Outside gains", "What is known or expected beside the imported accounts"),
    ("Next dollar", "What one more dollar does, and until when"),
)
_NOTHING = (
    "There is no result to tax yet. Import your brokers' transactions, or enter gains from outside, and "
    "this page shows what the year costs."
)
_NO_OUTSIDE = (
    "No gain is known or expected outside the imported accounts. Enter K-1 income, fund distributions or "
    "stock compensation here, each with its quarter and how likely it is."
)
_OPTIONAL = {
    tables.SO_FAR: ("distributions", "outside", "gains"),
    tables.MEASURES: ("change",),
    tables.OUTSIDE: ("note", "state", "probability", "term"),
    tables.QUARTERS: ("expected", "known", "dividends"),
    tables.NEXT: ("does", "later"),
    tables.AHEAD: ("why",),
}
"""Columns that make way in a narrow window, the first of them first; they stay in the copy and the pane."""
_PANE = 236
"""Least width of the pane, in design pixels: the tables need more of a narrow window."""
_STAND = "Where you stand"
_FEW_ROWS = 100
"""Of so many transactions other readings of the law are tried within a frame; of more on a lane."""


class TaxPage(Page):
    """What the year costs, with and without the plan, and what moves it."""

    key = "tax"
    title = "Tax"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._view: TaxView | None = None
        self._asked: HouseholdSnapshot | None = None
        self._meant = ""
        self.bar = BracketCanvas(self.theme)
        self.legend = Legend(self.theme, _KEYS)
        self.next_line = self._words()
        self.so_far = self._table(tables.SO_FAR, "Year so far by term", tables.so_far_columns)
        self.carry = self._table(tables.CARRY, "Carried losses", tables.carry_columns)
        self.measures = self._table(
            tables.MEASURES, "The whole year with and without the plan", tables.measure_columns
        )
        self.outside = self._table(tables.OUTSIDE, "Outside gains", tables.outside_columns)
        self.quarters = self._table(
            tables.QUARTERS, "Outside gains by quarter", tables.quarter_columns
        )
        self.next = self._table(tables.NEXT, "What one more dollar does", tables.next_columns)
        self.ahead = self._table(tables.AHEAD, "Where the rate changes", tables.ahead_columns)
        self.reading_words = self._words()
        self.no_outside = QLabel(_NO_OUTSIDE)
        self.no_outside.setWordWrap(True)
        self.detail = DetailPane(self.theme, "What is selected")
        self.detail.setMinimumWidth(self.theme.px(_PANE))
        self.parts = Segments(self.theme, "Show", _PARTS)
        self._picture = self._picture_card()
        self._typed = self._typed_card()
        self._sections: tuple[QWidget, ...] = ()
        self.body.addWidget(beside(self._left(), self.detail, self.theme), 1)
        self._connect()

    # --- layout --------------------------------------------------------------------------------------------
    def _table(
        self,
        columns: Sequence[Column],
        title: str,
        values: Callable[[Sequence[Any]], dict[str, Sequence[Any]]],
    ) -> PlainTable:
        model = TaxTable(columns, self.theme, values)
        spread = columns[-1].kind.is_number
        optional = _OPTIONAL.get(tuple(columns), ())
        table = PlainTable(model, self.theme, title, optional, spread=spread)
        table.chosen.connect(lambda key, table=table: self._on_row_chosen(table, int(key)))
        return table

    def _words(self) -> QLabel:
        label = QLabel()
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return label

    def _card(self) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame()
        card.setProperty("card", True)
        column = QVBoxLayout(card)
        side = self.theme.px(Space.MEDIUM)
        column.setContentsMargins(side, side, side, side)
        column.setSpacing(self.theme.px(Space.SMALL))
        return card, column

    def _picture_card(self) -> QFrame:
        card, column = self._card()
        for widget in (self.legend, self.bar, self.next_line):
            column.addWidget(widget)
        return card

    def _typed_card(self) -> QFrame:
        card, column = self._card()
        self.typed_words = self._words()
        column.addWidget(self.typed_words)
        action = self.ctx.actions.get("tax.profile")
        self.income_button = name(QPushButton("Enter &income\u2026"), "Enter income")
        self.income_button.setVisible(action is not None)
        if action is not None:
            self._follow(self.income_button, action)
        across = QHBoxLayout()
        across.addWidget(self.income_button)
        across.addStretch(1)
        column.addLayout(across)
        return card

    def _follow(self, button: QPushButton, action: QAction) -> None:
        button.setToolTip(action.toolTip())
        button.setEnabled(action.isEnabled())
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        button.clicked.connect(lambda _checked=False: action.trigger())

    def _left(self) -> QScrollArea:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, self.theme.px(Space.TINY), 0)
        column.setSpacing(self.theme.px(Space.MEDIUM))
        column.addWidget(self._picture)
        column.addWidget(self._typed)
        across = QHBoxLayout()
        across.addWidget(self.parts)
        across.addStretch(1)
        column.addLayout(across)
        self._sections = (
            self._section(
                (self.so_far, self.carry, self.reading_words), ("tax.reconcile", "wash.options")
            ),
            self._section((self.measures,), ()),
            self._section((self.no_outside, self.outside, self.quarters), ("tax.outside",)),
            self._section((self.next, self.ahead), ()),
        )
        for section in self._sections:
            column.addWidget(section)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(holder)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _section(self, widgets: Sequence[QWidget], keys: Sequence[str]) -> QWidget:
        """Return one part of the tables, with the commands that change what it shows."""
        section = QWidget()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.MEDIUM))
        for widget in widgets:
            column.addWidget(widget)
        actions = [self.ctx.actions[k] for k in keys if k in self.ctx.actions]
        if actions:
            across = QHBoxLayout()
            for action in actions:
                across.addWidget(ActionButton(action))
            across.addStretch(1)
            column.addLayout(across)
        return section

    def _connect(self) -> None:
        self.parts.chosen.connect(self.show_part)
        self.bar.part_selected.connect(self._on_part_selected)
        actions = self.ctx.actions
        if "tax.forms" in actions:
            self.set_primary(actions["tax.forms"])
        if "tax.profile" in actions:
            self.add_secondary(actions["tax.profile"])
        self.show_part(0)

    # --- showing -------------------------------------------------------------------------------------------
    def refresh(self, data: DeskData) -> None:
        """Show the year anew, keeping the part on view."""
        view = data.tax
        if view is None or not (data.snapshot.lots or data.snapshot.transactions or view.outside):
            self._view = None
            self.set_answer("")
            self.show_problem("")
            self.show_empty(_NOTHING, self.ctx.actions.get("import"))
            return
        self._view = view
        self.show_body()
        self.set_answer(say(view.answer))
        self._meant = plan_meant(data.proposal)
        self.set_figures(figures(view, self._meant))
        self.show_problem(warning_words(view), Tone.WARNING)
        self._show_bar(view)
        self._show_tables(view)
        self._show_standing()
        self._ask_readings(data.snapshot, view.year)

    # --- other readings ------------------------------------------------------------------------------------
    def _ask_readings(self, snapshot: HouseholdSnapshot, year: int) -> None:
        """Find out which readings of the law would change the year: at once, or on a lane."""
        self._asked = snapshot
        self._show_readings(snapshot, ())
        if len(snapshot.transactions) <= _FEW_ROWS:
            self._show_readings(snapshot, reading_notes(snapshot, year))
            return
        handle = self.ctx.runner.start(
            "Trying other readings of the law",
            Lane.READ,
            lambda token, report: (snapshot, reading_notes(snapshot, year)),
        )
        handle.succeeded.connect(lambda found: self._show_readings(*found))

    def _show_readings(self, snapshot: HouseholdSnapshot, notes: tuple[Notice, ...]) -> None:
        """Remark on readings, unless the household has changed meanwhile."""
        view = self._view
        if view is None or self._asked is not snapshot:
            return
        words = [say(note) for note in notes]
        self.reading_words.setText("\n".join(words))
        self.reading_words.setVisible(bool(words))
        if notes:
            self._view = replace(view, notes=(*view.notes, *notes))
            if self.detail.title == _STAND:
                self._show_standing()

    def _show_bar(self, view: TaxView) -> None:
        self._picture.setVisible(view.bar is not None)
        self._typed.setHidden(view.bar is not None)
        self.bar.show_bar(view.bar)
        planned = view.bar is not None and view.bar.planned is not None
        key = Key(f"with the plan: {self._meant}", Tone.PLAN, None, hollow=True)
        self.legend.show_keys((*_KEYS, key) if planned else _KEYS)
        said = next_words(view)
        self.next_line.setText("\n".join(said))
        self.next_line.setVisible(bool(said))
        self.typed_words.setText(typed_words(view))

    def _show_tables(self, view: TaxView) -> None:
        for table, rows in (
            (self.so_far, view.terms),
            (self.carry, view.carry),
            (self.measures, view.measures),
            (self.outside, view.outside),
            (self.quarters, view.quarters),
            (self.next, view.next_dollars),
            (self.ahead, view.crossings),
        ):
            model = table.columns_model
            if isinstance(model, TaxTable):
                model.show(rows)
        for table in (self.carry, self.measures):
            planned = {"planned", "change"} & {c.key for c in table.columns_model.columns}
            table.leave_out(() if view.has_plan else planned)
        paid = any(row.dividends for row in view.quarters)
        self.quarters.leave_out(() if paid else {"dividends"})
        self.ahead.setVisible(bool(view.crossings))
        for table in (self.outside, self.quarters):
            table.setVisible(bool(view.outside))
        self.no_outside.setHidden(bool(view.outside))

    def show_part(self, number: int) -> None:
        """Show one part of the tables."""
        for place, section in enumerate(self._sections):
            section.setVisible(place == number)

    # --- the pane ------------------------------------------------------------------------------------------
    def _show_standing(self) -> None:
        if self._view is not None:
            self.detail.say(_STAND, standing_lines(self._view))

    def _on_part_selected(self, key: str) -> None:
        part = self.bar.part(key)
        if part is None:
            self._show_standing()
        else:
            self.detail.say(part.title, [Line(part.words)])

    def _on_row_chosen(self, table: PlainTable, place: int) -> None:
        row = table.columns_model.values_at(place)["row"]
        self.bar.clear_selection()
        self.detail.say(*pane_of(row))

    def select(self, what: Mapping[str, str]) -> None:
        """Show the part another page points at: `part` names it by its place."""
        part = what.get("part", "")
        if part.isdigit() and int(part) < len(_PARTS):
            self.parts.choose(int(part))
            self.show_part(int(part))
