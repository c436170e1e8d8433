"""The page of drift: bullet bars or the same as a table, and what mends the selected class."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import ZERO
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.legend import Key, Legend
from harvestdesk.gui.remarks import plan_meant
from harvestdesk.gui.theme import Space, Tone
from harvestdesk.gui.view_base import DeskData, Figure, Page, ViewContext
from harvestdesk.gui.views.drift.bars import DriftBars
from harvestdesk.gui.views.drift.table import DriftTable
from harvestdesk.gui.views.drift.words import answer, detail_lines
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.detail_pane import DetailPane, Line, beside
from harvestdesk.gui.widgets.fields import Choice
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.gui.workers.runner import Lane
from harvestdesk.services.views.drift import DriftLine, DriftView, holdings, remedies

_KEYS = (
    Key("actual weight", Tone.LOCKED, None),
    Key("outside its band", Tone.WARNING, None),
    Key("target", Tone.PLAIN, None, line=True),
)

_FEW_LOTS = 1_000
"""So many lots are looked through within a frame; more of them on a lane."""


class DriftPage(Page):
    """How far the household is from what it means to hold, and what would mend it."""

    key = "drift"
    title = "Drift"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._data: DeskData | None = None
        self._view: DriftView | None = None
        self._asked: tuple[object, ...] | None = None
        self.scope = Choice(self.theme, "Show drift of", "The household or one of its accounts")
        self.scope.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        self.scope.activated.connect(self._show)
        self.bars = DriftBars(self.theme)
        self.legend = Legend(self.theme, _KEYS)
        self.model = DriftTable(self.theme)
        self.table = DataTable(self.model, self.theme, "Drift by asset class", filters=False)
        self.detail = DetailPane(self.theme, "The selected asset class")
        self.looks = Segments(
            self.theme,
            "Show as",
            (
                ("Weights", "Bars from zero, with target and band"),
                ("Drift", "Bars from each target, so that small classes can be read"),
                ("Table", "The same figures as a table"),
            ),
        )
        self._pictures = self._make_stack()
        self.body.addLayout(self._bar())
        self.body.addWidget(beside(self._pictures, self.detail, self.theme), 1)
        self.looks.chosen.connect(self.show_look)
        self.bars.line_selected.connect(self._on_bar_selected)
        self.table.selection_changed.connect(self._on_row_selected)
        if "plan.run" in ctx.actions:
            self.set_primary(ctx.actions["plan.run"])

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(self.theme.px(Space.SMALL))
        words = QLabel("Drift of")
        words.setBuddy(self.scope)
        bar.addWidget(words)
        bar.addWidget(self.scope)
        bar.addStretch(1)
        bar.addWidget(self.looks)
        return bar

    def _make_stack(self) -> QStackedWidget:
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.SMALL))
        area = QScrollArea()
        area.setWidget(self.bars)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.legend)
        column.addWidget(area, 1)
        stack = QStackedWidget()
        stack.addWidget(picture)
        stack.addWidget(self.table)
        return stack

    # --- showing -----------------------------------------------------------------------------------
    def refresh(self, data: DeskData) -> None:
        """Show the drift of the household anew, keeping the scope."""
        self._data = data
        self.legend.show_keys((*_KEYS, *_plan_key(data)))
        if not data.overview.drift.lines:
            self.set_answer("")
            self.show_empty(
                "Nothing is held yet. Import a broker's positions and this page compares them "
                "with the household's targets.",
                self.ctx.actions.get("import"),
            )
            return
        self.show_body()
        chosen = self.scope.currentData()
        self.scope.clear()
        self.scope.addItem("Household", "")
        for account in data.snapshot.accounts:
            if account.id in data.account_drift:
                self.scope.addItem(formatting.short_name(account.name), str(account.id))
        self.scope.setCurrentIndex(max(0, self.scope.findData(chosen)))
        self._show()

    def select(self, what: Mapping[str, str]) -> None:
        """Show the account another page points at."""
        place = self.scope.findData(what.get("account", ""))
        if place >= 0:
            self.scope.setCurrentIndex(place)
            self._show()

    def _show(self) -> None:
        if self._data is None:
            return
        account_id = self.scope.currentData()
        drift = self._data.overview.drift
        view = self._data.account_drift[AccountId(account_id)] if account_id else drift
        self._view = view
        self.set_answer(answer(view))
        self.set_figures(_figures(view))
        self.bars.show_drift(view)
        self.model.show_drift(view)
        self._show_line(self.bars.selected)

    def show_look(self, number: int) -> None:
        """Show weights, drift around the targets, or the table."""
        self.looks.choose(number)
        self._pictures.setCurrentIndex(1 if number == 2 else 0)
        self.bars.measure_from_target(number == 1)

    # --- the link ------------------------------------------------------------------------------------
    def _on_bar_selected(self, place: int) -> None:
        self.table.select_keys([place])
        self._show_line(place)

    def _on_row_selected(self, keys: list[int]) -> None:
        if keys:
            self.bars.select(keys[0])
            self._show_line(keys[0])

    def _show_line(self, place: int) -> None:
        view, data = self._view, self._data
        if view is None or data is None or not 0 <= place < len(view.lines):
            self.detail.say("Asset class", [Line("Pick a bar to see who holds it.")])
            return
        line = view.lines[place]
        if len(data.snapshot.lots) <= _FEW_LOTS:
            self.detail.say(line.name, _worked_out(data, view, line))
            return
        self._asked = (data, view, line)
        self.detail.say(line.name, [Line("Working out who can mend it\u2026", tone=Tone.MUTED)])
        handle = self.ctx.runner.start(
            f"Looking at {line.name}",
            Lane.READ,
            lambda token, report: (data, view, line, _worked_out(data, view, line)),
        )
        handle.succeeded.connect(self._on_worked_out)

    def _on_worked_out(self, found: tuple[DeskData, DriftView, DriftLine, list[Line]]) -> None:
        """Say what a lane found, unless the person has gone on to another class."""
        if self._asked is not None and all(
            a is b for a, b in zip(self._asked, found, strict=False)
        ):
            self.detail.say(found[2].name, found[3])


def _plan_key(data: DeskData) -> tuple[Key, ...]:
    """The key of what a plan leaves, with the plan it is; none without a plan."""
    meant = plan_meant(data.proposal)
    return (Key(f"after the plan: {meant}", Tone.PLAN, None, hollow=True),) if meant else ()


def _worked_out(data: DeskData, view: DriftView, line: DriftLine) -> list[Line]:
    """Return what the pane says about a class; takes its time with thousands of lots."""
    holders = [
        h
        for h in holdings(data.snapshot, line.asset_class)
        if view.account_id in (None, h.account_id)
    ]
    mends = remedies(data.snapshot, line, view, standings=data.standings)
    return detail_lines(line, tuple(holders), mends)


def _figures(view: DriftView) -> tuple[Figure, ...]:
    off = view.breaches
    moved = sum((abs(x.to_target) for x in view.lines if x.target is not None), start=ZERO) / 2
    figures = [
        Figure(
            "Value",
            formatting.dollars(view.total),
            "Lots at their last prices, and cash"
            + (", and outside holdings." if view.outside else "."),
            f"with {formatting.dollars(view.outside)} elsewhere" if view.outside else view.scope,
        ),
    ]
    if view.has_targets:
        worst = max(view.lines, key=lambda x: abs(x.drift or ZERO))
        figures += [
            Figure("Outside the band", str(len(off)),
                   "Asset classes whose weight is below or above their band.",
                   f"of {formatting.plural(len(view.lines), 'class', 'classes')}",
                   Tone.WARNING if off else Tone.PLAIN),
            Figure("Largest drift", formatting.percent(abs(worst.drift or ZERO)),
                   "Weight less target, the largest of all classes.", worst.name),
            Figure("To trade", formatting.dollars(moved),
                   "Half the sum of all distances to target: what must be sold and bought to stand on it.",
                   "to stand on the targets"),
        ]  # fmt: skip
    return tuple(figures)
