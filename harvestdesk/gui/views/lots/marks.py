"""The lots as columns for the picture: made off the GUI thread, because there may be thousands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from harvestdesk.gui.views.lots.words import LOOKS
from harvestdesk.services.views.lots import LotRow

STATUSES = tuple(LOOKS)
"""In the order of painting: what matters most lies on top."""
_ORDER = {status: place for place, status in enumerate(STATUSES)}


def _none() -> NDArray[np.float64]:
    return np.zeros(0)


@dataclass
class Marks:
    """The lots on view as columns [lot], in the order of painting.

    Attributes:
        days: held since the date that counts.
        gains: fractions of the adjusted basis.
        values: dollars.
        kinds: places in STATUSES.
        place: where a lot stands in the columns, by its id.
    """

    rows: list[LotRow] = field(default_factory=list)
    days: NDArray[np.float64] = field(default_factory=_none)
    gains: NDArray[np.float64] = field(default_factory=_none)
    values: NDArray[np.float64] = field(default_factory=_none)
    kinds: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    place: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[LotRow]) -> "Marks":
        """Return lots in the order of painting: small above big, what matters above the rest."""
        placed = [r for r in rows if r.days_held is not None and r.gain_fraction is not None]
        placed.sort(key=lambda r: (_ORDER[r.status], -r.value))
        return cls(
            placed,
            np.array([float(r.days_held or 0) for r in placed]),
            np.array([float(r.gain_fraction or 0) for r in placed]),
            np.array([float(r.value) for r in placed]),
            np.array([_ORDER[r.status] for r in placed], dtype=np.intp),
            {str(r.lot_id): i for i, r in enumerate(placed)},
        )

    def only(self, lot_ids: set[str]) -> "Marks":
        """Return some of the lots in the same order."""
        hits = sorted(self.place[k] for k in lot_ids if k in self.place)
        kept = np.array(hits, dtype=np.intp)
        rows = [self.rows[i] for i in hits]
        places = {str(r.lot_id): i for i, r in enumerate(rows)}
        columns = (self.days[kept], self.gains[kept], self.values[kept], self.kinds[kept])
        return Marks(rows, *columns, places)
