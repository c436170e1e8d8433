"""The page of lots: saved views, picture and table of the same lots, linked both ways."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.legend import Legend
from harvestdesk.gui.theme import Space, TextSize, Tone
from harvestdesk.gui.view_base import DeskData, Page, ViewContext
from harvestdesk.gui.views.lots.detail import PICK_WORDS, lines_of, title_of
from harvestdesk.gui.views.lots.ready import VIEWS, ReadyLots
from harvestdesk.gui.views.lots.scatter import LotScatter
from harvestdesk.gui.views.lots.table import LotTable
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.detail_pane import DetailPane, Line, beside, quiet_splitter
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.gui.workers.runner import Lane
from harvestdesk.services.views.lot_detail import LotDetail, lot_detail
from harvestdesk.services.views.lots import LotRow, quadrants

_FEW_ROWS = 100
"""Of so many lots and transactions a history is worked out within a frame; of more on a lane."""


class LotsPage(Page):
    """Which lots can be harvested, which are locked, and until when."""

    key = "lots"
    title = "Lots"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._ready: ReadyLots | None = None
        self._snapshot: HouseholdSnapshot | None = None
        self._loading = False
        self.legend = Legend(self.theme)
        self.scatter = LotScatter(self.theme)
        self.model = LotTable(self.theme)
        self.table = DataTable(self.model, self.theme, "Lots")
        gain = self.model.column_number("gain")
        self.table.grid.sortByColumn(gain, Qt.SortOrder.AscendingOrder)
        self._sums = QLabel()
        self._sums.setFont(self.theme.font(TextSize.CAPTION))
        self._sums.setAccessibleName("Sums of the lots selected")
        self.body.addLayout(self._bar())
        self.detail = DetailPane(self.theme, "About the lot")
        self.body.addWidget(self._split(), 1)
        self._asked: tuple[object, str] | None = None
        self.scatter.selection_changed.connect(self._on_picture_selected)
        self.table.selection_changed.connect(self._on_table_selected)
        self.table.shown_changed.connect(self._on_shown_changed)
        if "plan.run" in ctx.actions:
            self.set_primary(ctx.actions["plan.run"])

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(self.theme.px(Space.TINY))
        self.views = Segments(self.theme, "Show", [(words, why) for words, why, _ in VIEWS])
        self.views.chosen.connect(self.show_view)
        bar.addWidget(self.views)
        # Long sums wrap: they must not hold the window wider than its screen.
        self._sums.setWordWrap(True)
        self._sums.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sums.setMinimumWidth(1)
        bar.addWidget(self._sums, 1)
        return bar

    def _split(self) -> QSplitter:
        split = quiet_splitter(Qt.Orientation.Vertical, self.theme)
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.TINY))
        column.addWidget(self.scatter, 1)
        column.addWidget(self.legend)
        split.addWidget(beside(picture, self.detail, self.theme))
        split.addWidget(self.table)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([self.theme.px(330), self.theme.px(330)])
        return split

    # --- showing -----------------------------------------------------------------------------------
    @staticmethod
    def prepare(data: DeskData) -> ReadyLots:
        """Work the page out; called off the GUI thread."""
        return ReadyLots.of(data.overview.lots)

    def refresh(self, data: DeskData) -> None:
        """Show the lots of the household anew, keeping view, filters and selection."""
        known = data.prepared.get(self.key)
        ready = known if isinstance(known, ReadyLots) else self.prepare(data)
        self._snapshot = data.snapshot
        self._ready = ready
        if not ready.by_key:
            self.set_answer("")
            self.show_empty(
                "No lots yet. Import a broker's statement and they appear here.",
                self.ctx.actions.get("import"),
            )
            return
        self.show_body()
        self.set_answer(ready.answer)
        self.set_figures(ready.figures)
        self.legend.show_keys(ready.legend)
        chosen = [str(k) for k in self.table.selected_keys() if str(k) in ready.by_key]
        self._loading = True  # table resets in between would place the marks again and again
        self.scatter.show_marks(ready.marks, ready.views[0][1])
        self.model.set_rows(ready.columns, list(ready.by_key))
        self.show_view(self.views.current)
        self._loading = False
        self._on_shown_changed(self.model.rowCount())
        self._select_both(chosen)

    def show_view(self, number: int) -> None:
        """Show one of the saved views, by its place in VIEWS."""
        self.views.choose(number)
        wanted = self._ready.views[number][0] if self._ready else frozenset()
        self.table.model.show_only(None if number == 0 else tuple(wanted))

    def select(self, what: Mapping[str, str]) -> None:
        """Select the lot, or the lots of the symbol, another page points at."""
        if "lot" in what:
            wanted = [what["lot"]] if what["lot"] in self.rows else []
        else:
            wanted = [k for k, r in self.rows.items() if r.symbol == what.get("symbol")]
        if wanted:
            self.show_view(0)
            self._select_both(wanted)

    @property
    def rows(self) -> Mapping[str, LotRow]:
        """The lots by id."""
        return self._ready.by_key if self._ready else {}

    # --- the link -----------------------------------------------------------------------------------
    def _on_picture_selected(self, lot_ids: list[str]) -> None:
        self.table.select_keys(lot_ids)
        self._say_sums(lot_ids)

    def _on_table_selected(self, keys: list[str]) -> None:
        self.scatter.select(keys)
        self._say_sums(keys)

    def _on_shown_changed(self, _shown: int) -> None:
        """Show in the picture what the table shows, with its sums."""
        ready = self._ready
        if self._loading or ready is None:
            return
        keys, sums = ready.views[self.views.current]
        if self.model.filters():
            keys = frozenset(str(k) for k in self.model.visible_keys())
            sums = quadrants(ready.by_key[k] for k in keys)
        self.scatter.show_only(None if len(keys) == self.model.total else set(keys))
        self.scatter.show_quadrants(sums)

    def _select_both(self, lot_ids: Sequence[str]) -> None:
        self.scatter.select(lot_ids)
        self.table.select_keys(lot_ids)
        self._say_sums(lot_ids)

    def _say_sums(self, lot_ids: Sequence[str]) -> None:
        rows = [self.rows[k] for k in lot_ids if k in self.rows]
        words = _sum_words(rows)
        self._sums.setText(words)
        self._sums.setAccessibleDescription(words)
        self.lot_selected.emit(str(lot_ids[0]) if len(lot_ids) == 1 else "")
        self._show_detail(rows[0] if len(rows) == 1 else None)

    # --- the pane -----------------------------------------------------------------------------------
    def _show_detail(self, row: LotRow | None) -> None:
        """Say what the table knows of a lot at once, and its history when a lane has worked it out."""
        snapshot = self._snapshot
        if row is None or snapshot is None:
            self._asked = None
            self.detail.say("Lot", [Line(PICK_WORDS, tone=Tone.MUTED)])
            return
        if self._asked is not None and self._asked[0] is snapshot and self._asked[1] == row.lot_id:
            return
        self._asked = (snapshot, row.lot_id)
        if len(snapshot.lots) + len(snapshot.transactions) <= _FEW_ROWS:
            self.detail.say(title_of(row), lines_of(row, lot_detail(snapshot, row.lot_id)))
            return
        self.detail.say(title_of(row), lines_of(row, None))
        handle = self.ctx.runner.start(
            f"History of {row.symbol}",
            Lane.READ,
            lambda token, report: (snapshot, row, lot_detail(snapshot, row.lot_id)),
        )
        handle.succeeded.connect(self._on_detail)

    def _on_detail(self, found: tuple[HouseholdSnapshot, LotRow, LotDetail | None]) -> None:
        """Show the history, unless the person has gone on to another lot."""
        snapshot, row, detail = found
        asked = self._asked
        if asked is not None and asked[0] is snapshot and asked[1] == row.lot_id:
            self.detail.say(title_of(row), lines_of(row, detail))


def _sum_words(rows: Sequence[LotRow]) -> str:
    if not rows:
        return "Drag a frame around lots to add them up"
    gain = sum((r.gain for r in rows if r.gain is not None), ZERO)
    free = sum((r.free_loss for r in rows), ZERO)
    value = formatting.dollars(sum((r.value for r in rows), ZERO))
    kind = "loss" if gain < 0 else "gain"
    lots = formatting.plural(len(rows), "lot")
    return (
        f"{lots} selected: {kind} {formatting.dollars(abs(gain))}, "
        f"{formatting.dollars(free)} of losses not locked, value {value}"
    )
