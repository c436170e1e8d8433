"""The drift picture as a table."""

from collections.abc import Sequence
from typing import Any

from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import Theme, Tone
from harvestdesk.gui.views.drift.words import explain, standing
from harvestdesk.services.views.drift import DriftLine, DriftView


def _explain(values: RowValues) -> str:
    return explain(values["line"], values["scope"])


def _tone(values: RowValues) -> Tone:
    return Tone.WARNING if values["line"].breach > 0 else Tone.PLAIN


COLUMNS: tuple[Column, ...] = (
    Column("name", "Asset class", explain="Asset class of the securities", width=30),
    Column("value", "Value $", Kind.DOLLARS, "Market value with cash", _explain),
    Column("weight", "Weight", Kind.PERCENT, "Value as a share of the whole", _explain),
    Column("target", "Target", Kind.PERCENT, "Weight the household means to hold", _explain),
    Column("low", "Band from", Kind.PERCENT, "Lower end of the band", _explain, width=12),
    Column("high", "Band to", Kind.PERCENT, "Upper end of the band", _explain, width=12),
    Column("drift", "Drift", Kind.PERCENT, "Weight less target", _explain, _tone),
    Column("after", "After plan", Kind.PERCENT, "Weight once the plan is carried out", _explain, width=13),
    Column("to_target", "To target $", Kind.DOLLARS, "Dollars to buy, or with a minus to sell", _explain,
           width=14),
    Column("standing", "Standing", explain="Inside or outside the band", explain_cell=_explain,
           tone=_tone, width=20),
)  # fmt: skip


def columns_of(view: DriftView) -> dict[str, Sequence[Any]]:
    """Return the values of the table by column."""
    lines: Sequence[DriftLine] = view.lines
    scope = "the household" if view.account_id is None else view.scope
    return {
        "name": [x.name for x in lines],
        "value": [x.value for x in lines],
        "weight": [x.weight for x in lines],
        "target": [x.target for x in lines],
        "low": [x.low for x in lines],
        "high": [x.high for x in lines],
        "drift": [x.drift for x in lines],
        "after": [x.after_weight for x in lines],
        "to_target": [x.to_target if x.target is not None else None for x in lines],
        "standing": [standing(x) for x in lines],
        "line": list(lines),
        "scope": [scope] * len(lines),
    }


class DriftTable(ColumnTable):
    """The asset classes as rows, keyed by their place."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(COLUMNS, theme)

    def show_drift(self, view: DriftView) -> None:
        """Replace the classes."""
        self.set_rows(columns_of(view), list(range(len(view.lines))))
