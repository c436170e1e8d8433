"""The page of lots: saved views, picture and table of the same lots, linked both ways."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from harvestdesk.domain.money import ZERO
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.legend import Key, Legend
from harvestdesk.gui.theme import Space, TextSize, Tone
from harvestdesk.gui.view_base import DeskData, Figure, Page, ViewContext
from harvestdesk.gui.views.lots.scatter import LotScatter
from harvestdesk.gui.views.lots.table import LotTable
from harvestdesk.gui.views.lots.words import LOOKS, answer
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.detail_pane import quiet_splitter
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.services.views.lots import SOON_DAYS, LotRow, LotStatus, LotsView, quadrants

VIEWS: tuple[tuple[str, str, Callable[[LotRow], bool]], ...] = (
    ("All lots", "Every lot of every account", lambda r: True),
    ("Losses", "Taxable lots below their basis", lambda r: r.is_loss),
    ("Harvestable", "Losses that would stand if sold today", lambda r: r.free_loss > 0),
    ("Locked", "Losses that would be washed if sold today", lambda r: r.is_loss and r.blocked_shares > 0),
    (
        "Long-term soon",
        f"Taxable lots that turn long-term within {SOON_DAYS} days",
        lambda r: 0 < r.days_to_long_term <= SOON_DAYS and r.term is not None,
    ),
)  # fmt: skip


class LotsPage(Page):
    """Which lots can be harvested, which are locked, and until when."""

    key = "lots"
    title = "Lots"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._view: LotsView | None = None
        self._loading = False
        self._rows: dict[str, LotRow] = {}
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
        self.body.addWidget(self._split(), 1)
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
        bar.addStretch(1)
        bar.addWidget(self._sums)
        return bar

    def _split(self) -> QSplitter:
        split = quiet_splitter(Qt.Orientation.Vertical, self.theme)
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.TINY))
        column.addWidget(self.scatter, 1)
        column.addWidget(self.legend)
        split.addWidget(picture)
        split.addWidget(self.table)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([self.theme.px(330), self.theme.px(330)])
        return split

    # --- showing -----------------------------------------------------------------------------------
    def refresh(self, data: DeskData) -> None:
        """Show the lots of the household anew, keeping view, filters and selection."""
        view = data.overview.lots
        self._view = view
        self._rows = {str(r.lot_id): r for r in view.rows}
        if not view.rows:
            self.set_answer("")
            self.show_empty(
                "No lots yet. Import a broker's statement and they appear here.",
                self.ctx.actions.get("import"),
            )
            return
        self.show_body()
        self.set_answer(answer(view))
        self.set_figures(_figures(view))
        self.legend.show_keys(_keys(view))
        chosen = [k for k in self.table.selected_keys() if str(k) in self._rows]
        self.scatter.show_lots(view.rows, view.quadrants)
        self._loading = True  # table resets in between would place the marks again and again
        self.model.show_lots(view.rows)
        self.show_view(self.views.current)
        self._loading = False
        self._on_shown_changed(self.model.rowCount())
        self._select_both([str(k) for k in chosen])

    def show_view(self, number: int) -> None:
        """Show one of the saved views, by its place in VIEWS."""
        self.views.choose(number)
        _, _, wanted = VIEWS[number]
        keys = None if number == 0 else [k for k, r in self._rows.items() if wanted(r)]
        self.table.model.show_only(keys)

    def select(self, what: Mapping[str, str]) -> None:
        """Select the lot, or the lots of the symbol, another page points at."""
        if "lot" in what:
            wanted = [what["lot"]] if what["lot"] in self._rows else []
        else:
            wanted = [k for k, r in self._rows.items() if r.symbol == what.get("symbol")]
        if wanted:
            self.show_view(0)
            self._select_both(wanted)

    # --- the link -----------------------------------------------------------------------------------
    def _on_picture_selected(self, lot_ids: list[str]) -> None:
        self.table.select_keys(lot_ids)
        self._say_sums(lot_ids)

    def _on_table_selected(self, keys: list[str]) -> None:
        self.scatter.select(keys)
        self._say_sums(keys)

    def _on_shown_changed(self, _shown: int) -> None:
        if self._loading or self._view is None:
            return
        keys = {str(k) for k in self.model.visible_keys()}
        if len(keys) == self.model.total:
            self.scatter.show_only(None)
            self.scatter.show_quadrants(self._view.quadrants)
            return
        self.scatter.show_only(keys)
        self.scatter.show_quadrants(quadrants(self._rows[k] for k in keys if k in self._rows))

    def _select_both(self, lot_ids: Sequence[str]) -> None:
        self.scatter.select(lot_ids)
        self.table.select_keys(lot_ids)
        self._say_sums(lot_ids)

    def _say_sums(self, lot_ids: Sequence[str]) -> None:
        rows = [self._rows[k] for k in lot_ids if k in self._rows]
        words = _sum_words(rows)
        self._sums.setText(words)
        self._sums.setAccessibleDescription(words)
        self.lot_selected.emit(str(lot_ids[0]) if len(lot_ids) == 1 else "")


def _keys(view: LotsView) -> list[Key]:
    """The statuses on view; what has no place in the picture is said to stand in the table."""
    counts = Counter(r.status for r in view.rows)
    keys = [
        Key(look.words, look.tone, look.shape, hatched=look.hatched)
        for status, look in reversed(LOOKS.items())
        if counts[status] and status is not LotStatus.UNKNOWN
    ]
    unknown = counts[LotStatus.UNKNOWN]
    if unknown:
        look = LOOKS[LotStatus.UNKNOWN]
        lots = formatting.plural(unknown, "lot")
        keys.append(Key(f"{lots} without {look.words}: in the table only", look.tone, look.shape))
    return keys


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
        f"{formatting.dollars(free)} of losses would stand today, value {value}"
    )


def _figures(view: LotsView) -> tuple[Figure, ...]:
    taxable = [r for r in view.rows if r.status is not LotStatus.SHELTERED]
    loss = -sum((r.gain or ZERO for r in taxable if r.is_loss), ZERO)
    gain = sum((r.gain for r in taxable if r.gain is not None and r.gain > 0), ZERO)
    losing = sum(1 for r in taxable if r.is_loss)
    lots = formatting.plural
    figures = [
        Figure("Harvestable today", formatting.dollars(view.harvestable),
               "Unrealised losses of the shares no purchase of the last 30 days stands against.",
               f"in {lots(view.harvestable_lots, 'lot')}", Tone.LOSS),
        Figure("Locked", formatting.dollars(view.locked),
               "Losses that would be washed if sold today: something identical was bought within 30 days.",
               f"in {lots(view.locked_lots, 'lot')}", Tone.LOCKED),
        Figure("All unrealised losses", formatting.dollars(loss),
               "Taxable lots below their adjusted basis, at the last prices.", f"in {lots(losing, 'lot')}"),
        Figure("All unrealised gains", formatting.dollars(gain),
               "Taxable lots above their adjusted basis, at the last prices.", "taxable accounts", Tone.GAIN),
    ]  # fmt: skip
    if view.planned_lots:
        figures.insert(
            1,
            Figure("Sold by the plan", formatting.dollars(view.planned),
                   "Losses the latest plan realises.", f"in {lots(view.planned_lots, 'lot')}", Tone.PLAN),
        )  # fmt: skip
    return tuple(figures)
