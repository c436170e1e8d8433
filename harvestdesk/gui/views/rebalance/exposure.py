"""Drift and exposure before and after: the picture, and the same figures as a table."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from harvestdesk.gui.plans.tables import PlanTable
from harvestdesk.gui.plots.legend import Legend
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.views.rebalance.tables import WEIGHTS, weight_columns
from harvestdesk.gui.views.rebalance.weight_bars import KEYS, WeightBars
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.services.views.rebalance import FACTOR, WeightLine

_MOST_FACTORS = 8
"""Largest factors in the picture; the table has them all."""


class ExposurePart(QWidget):
    """Bars or table of classes, sectors and factors; each selects in the other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.bars = WeightBars(theme)
        self.model = PlanTable(WEIGHTS, theme, weight_columns)
        self.table = DataTable(self.model, theme, "Weights before and after", filters=False)
        self.looks = Segments(
            theme,
            "Show weights as",
            (
                ("Drift", "Bars from each target, so that small classes can be read"),
                ("Weights", "Bars from zero, with target and band"),
                ("Table", "The same figures as a table"),
            ),
        )
        area = QScrollArea()
        area.setWidget(self.bars)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        self._stack.addWidget(area)
        self._stack.addWidget(self.table)
        bar = QHBoxLayout()
        bar.setSpacing(theme.px(Space.SMALL))
        bar.addWidget(Legend(theme, KEYS), 1)
        bar.addWidget(self.looks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(Space.SMALL))
        column.addLayout(bar)
        column.addWidget(self._stack, 1)
        self.looks.chosen.connect(self.show_look)
        self.bars.line_selected.connect(lambda place: self.table.select_keys([str(place)]))
        self.table.selection_changed.connect(self._on_row)

    def show_weights(self, lines: Sequence[WeightLine]) -> None:
        """Show the weights of a plan."""
        factors = [x for x in lines if x.kind == FACTOR]
        rest = set(map(id, factors[_MOST_FACTORS:]))
        self.bars.show_weights([x for x in lines if id(x) not in rest])
        self.model.show(lines)

    def show_look(self, look: int) -> None:
        """Show drift from the targets, weights from zero, or the table."""
        self.looks.choose(look)
        self._stack.setCurrentIndex(1 if look == 2 else 0)
        self.bars.measure_from_target(look == 0)

    def _on_row(self, keys: list[object]) -> None:
        if keys:
            self.bars.select(int(str(keys[0])))
