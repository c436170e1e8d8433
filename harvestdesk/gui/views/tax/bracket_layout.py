"""The parts of the bracket bar and their places: lanes, bands of a rate, layers of income, and the axis."""

import math
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QRectF, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from harvestdesk.domain.money import ZERO
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.gui.views.tax.saying import say
from harvestdesk.gui.views.tax.words import (
    band_words,
    filled,
    layer_words,
    rate,
    spoken_bar,
    stack_parts,
)
from harvestdesk.services.views.tax_rows import Band, BracketBar, LineKind, Stack

LANES = ("Ordinary rates", "Long-term gains", "Investment tax", "As it stands", "With the plan")
ORDINARY, PREFERRED, NIIT, NOW, PLAN = range(5)
_TIGHT, _LOOSE = Decimal("1.1"), Decimal("1.3")
_FURTHEST = 4
"""The axis ends at most at so many times the household's income."""
_EMPTY_END = Decimal(250_000)
_NAMES_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Part:
    """Something of the picture that can be picked.

    Attributes:
        lane: place of its lane.
        words: what it is, for hover, listener and pane.
    """

    key: str
    lane: int
    box: QRectF
    title: str
    words: str


class BracketLayout(Canvas):
    """Where lanes, bands and layers lie over one axis of taxable income."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Bracket bar: taxable income on the year's scales", parent)
        self._bar: BracketBar | None = None
        self._selected = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bar(self, bar: BracketBar | None) -> None:
        """Show the scales and the household; None clears the picture."""
        self._bar = bar
        self._selected = ""
        self.setAccessibleDescription(spoken_bar(bar) if bar is not None else "")
        self.updateGeometry()
        self.update()

    @property
    def selected(self) -> str:
        """Key of the part that is picked, or nothing."""
        return self._selected

    def clear_selection(self) -> None:
        """Let go of what is picked, silently."""
        self._selected = ""
        self.update()

    # --- geometry ------------------------------------------------------------------------------------------
    def _lane_height(self) -> float:
        return self.metrics(TextSize.BODY).height() + self.gap(Space.TINY)

    def _lane_step(self) -> float:
        return self._lane_height() + self.gap(Space.TINY)

    def _lane_count(self) -> int:
        return len(LANES) if self._bar is not None and self._bar.planned is not None else PLAN

    def sizeHint(self) -> QSize:
        """Return room for the lanes and the axis."""
        axis = self.metrics().height() + self.gap(Space.SMALL)
        gap = self.gap(Space.SMALL)
        high = self._lane_count() * self._lane_step() + 2 * gap + axis
        return QSize(self.theme.px(640), math.ceil(high))

    def minimumSizeHint(self) -> QSize:
        """Return the same height at the least width."""
        return QSize(self.theme.px(360), self.sizeHint().height())

    def _scale_box(self) -> QRectF:
        """Return the place of the lanes right of their names."""
        widest = max(self.metrics(TextSize.BODY).horizontalAdvance(n) for n in LANES)
        left = self.gap(Space.MEDIUM) + min(widest, self.width() * _NAMES_SHARE)
        left += self.gap(Space.MEDIUM)
        right = self.width() - self.gap(Space.LARGE)
        return QRectF(left, self.gap(Space.SMALL), max(right - left, 40.0), self.height())

    def axis_end(self) -> Decimal:
        """Return the taxable income at the right edge: the household, and the next lines where they are near."""
        bar = self._bar
        if bar is None:
            return _EMPTY_END
        top = max(bar.now.top, bar.planned.top if bar.planned is not None else ZERO)
        if top <= 0:
            return max(_EMPTY_END, *(x.at * _TIGHT for x in bar.lines if x.at < _EMPTY_END))
        ahead = [x.at * _TIGHT for x in bar.lines if top < x.at <= top * _FURTHEST / _TIGHT]
        return max(top * max(_LOOSE, self._room_for_sum(top)), *ahead, ZERO)

    def _room_for_sum(self, top: Decimal) -> Decimal:
        """Return how many times the income the axis must reach for its sum to stand right of the bar."""
        wide = self._scale_box().width()
        metrics = self.metrics(TextSize.BODY, strong=True)
        words = metrics.horizontalAdvance(formatting.dollars(top)) + self.gap(Space.MEDIUM)
        return Decimal(str(wide / max(wide - words, wide / _FURTHEST)))

    def _x(self, scale: QRectF, amount: Decimal) -> float:
        end = self.axis_end()
        return scale.left() + scale.width() * float(min(amount, end) / end)

    def _box(self, scale: QRectF, lane: int, low: Decimal, high: Decimal | None) -> QRectF:
        left = self._x(scale, low)
        right = scale.right() if high is None else self._x(scale, high)
        # The household stands apart from the scales it is measured on.
        top = scale.top() + lane * self._lane_step() + (self.gap(Space.SMALL) if lane >= NOW else 0)
        return QRectF(left, top, max(right - left, 1.0), self._lane_height())

    # --- parts ---------------------------------------------------------------------------------------------
    def parts(self) -> list[Part]:
        """Return everything that can be picked, lane by lane from left to right."""
        bar = self._bar
        if bar is None:
            return []
        scale = self._scale_box()
        now = bar.now
        found = self._band_parts(scale, bar.ordinary, ORDINARY, ZERO, now.ordinary_top)
        found += self._band_parts(scale, bar.preferred, PREFERRED, now.ordinary_top, now.top)
        found += self._niit_parts(scale, bar)
        found += self._stack_parts(scale, now, NOW)
        if bar.planned is not None:
            found += self._stack_parts(scale, bar.planned, PLAN)
        return found

    def _band_parts(
        self,
        scale: QRectF,
        bands: tuple[Band, ...],
        lane: int,
        low: Decimal,
        high: Decimal,
    ) -> list[Part]:
        end, ordinary = self.axis_end(), lane == ORDINARY
        name = "ordinary" if ordinary else "preferred"
        what = "Ordinary income at" if ordinary else "Long-term gains at"
        return [
            Part(
                f"{name}-{place}",
                lane,
                self._box(scale, lane, band.lower, band.upper),
                f"{what} {rate(band.rate)}",
                band_words(band, filled(band, low, high), ordinary=ordinary),
            )
            for place, band in enumerate(bands)
            if band.lower < end
        ]

    def _niit_parts(self, scale: QRectF, bar: BracketBar) -> list[Part]:
        line = next((x for x in bar.lines if x.kind is LineKind.NIIT), None)
        if line is None or line.at >= self.axis_end():
            return []
        box = self._box(scale, NIIT, line.at, None)
        return [Part("niit", NIIT, box, "Net investment income tax", say(line.why))]

    def _stack_parts(self, scale: QRectF, stack: Stack, lane: int) -> list[Part]:
        prefix, with_plan = ("plan-", " with the plan") if lane == PLAN else ("now-", "")
        return [
            Part(
                f"{prefix}{key}",
                lane,
                self._box(scale, lane, low, high),
                f"{name}{with_plan}",
                layer_words(key, stack),
            )
            for key, name, low, high in stack_parts(stack)
        ]

    def part(self, key: str) -> Part | None:
        """Return a part by key."""
        return next((p for p in self.parts() if p.key == key), None)


def tick_step(end: Decimal, width: float, least: float) -> Decimal:
    """Return a round distance of ticks (1, 2 or 5 times a power of ten) that leaves room for their words."""
    most = max(1, int(width / max(least, 1.0)))
    rough = end / most
    power = Decimal(10) ** (len(str(int(rough))) - 1)
    for factor in (1, 2, 5, 10):
        if power * factor >= rough:
            return power * factor
    return power * 10
