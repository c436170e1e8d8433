"""Everything the page of lots shows, worked out off the GUI thread: it takes longer than a frame."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from harvestdesk.domain.money import ZERO
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.legend import Key
from harvestdesk.gui.remarks import coverage_words
from harvestdesk.gui.theme import Tone
from harvestdesk.gui.views.lots.marks import Marks
from harvestdesk.gui.views.lots.table import columns_of
from harvestdesk.gui.views.lots.words import LOOKS, answer
from harvestdesk.gui.widgets.figure import Figure
from harvestdesk.services.views.lots import (
    SOON_DAYS,
    LotRow,
    LotStatus,
    LotsView,
    Quadrant,
    quadrants,
)

VIEWS: tuple[tuple[str, str, Callable[[LotRow], bool]], ...] = (
    ("All lots", "Every lot of every account", lambda r: True),
    ("Losses", "Taxable lots below their basis", lambda r: r.is_loss),
    ("Harvestable", "Losses no known purchase stands against", lambda r: r.free_loss > 0),
    ("Locked", "Losses that would be washed if sold today", lambda r: r.is_loss and r.blocked_shares > 0),
    (
        "Long-term soon",
        f"Taxable lots that turn long-term within {SOON_DAYS} days",
        lambda r: 0 < r.days_to_long_term <= SOON_DAYS and r.term is not None,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class ReadyLots:
    """The page in plain data.

    Attributes:
        columns: values of the table by column.
        by_key: rows by lot id, in the order of the table.
        views: lot ids and sums of each of VIEWS.
    """

    answer: str
    figures: tuple[Figure, ...]
    legend: tuple[Key, ...]
    columns: dict[str, Sequence[Any]]
    by_key: dict[str, LotRow]
    marks: Marks
    views: tuple[tuple[frozenset[str], tuple[Quadrant, ...]], ...]

    @classmethod
    def of(cls, view: LotsView) -> "ReadyLots":
        """Return everything the page shows of these lots."""
        by_key = {str(r.lot_id): r for r in view.rows}
        views = []
        for _, _, wanted in VIEWS:
            hits = {k: r for k, r in by_key.items() if wanted(r)}
            views.append((frozenset(hits), quadrants(hits.values())))
        return cls(
            answer(view),
            _figures(view),
            _keys(view),
            columns_of(view.rows),
            by_key,
            Marks.of(view.rows),
            tuple(views),
        )


def _keys(view: LotsView) -> tuple[Key, ...]:
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
    return tuple(keys)


def _figures(view: LotsView) -> tuple[Figure, ...]:
    taxable = [r for r in view.rows if r.status is not LotStatus.SHELTERED]
    loss = -sum((r.gain or ZERO for r in taxable if r.is_loss), ZERO)
    gain = sum((r.gain for r in taxable if r.gain is not None and r.gain > 0), ZERO)
    losing = sum(1 for r in taxable if r.is_loss)
    lots = formatting.plural
    figures = [
        Figure("Harvestable today", formatting.dollars(view.harvestable),
               "Unrealised losses of the shares no known purchase of the last 30 days stands against."
               + coverage_words(view), f"in {lots(view.harvestable_lots, 'lot')}", Tone.LOSS),
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
            Figure("Sold by the plan", formatting.dollars(abs(view.planned)),
                   "Losses less gains the latest plan realises.",
                   f"of {'losses' if view.planned >= 0 else 'gains'} in {lots(view.planned_lots, 'lot')}",
                   Tone.PLAN),
        )  # fmt: skip
    return tuple(figures)
