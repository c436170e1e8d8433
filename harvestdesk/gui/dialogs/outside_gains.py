"""Gains from outside the imported accounts by quarter, and changes of law the household reckons with."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.gui.desk import Desk, Loaded
from harvestdesk.gui.dialogs.form import FormDialog
from harvestdesk.gui.dialogs.outside_gain import (
    TARGET_WORDS,
    GainDialog,
    LawChangeDialog,
)
from harvestdesk.gui.dialogs.records import Acts, RecordList, RecordsDialog, with_record
from harvestdesk.gui.models.table_base import Column, Kind
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.reports.tax_words import EXTERNAL_NAMES, TERM_WORDS
from harvestdesk.services.outside_gains import quarter_of, save_external_gains, save_law_changes

_WORDS = (
    "What the household will owe tax on besides the sales in its accounts. Losses are worth what they can "
    "still be set against, so plans and the Tax page count these. Each change is one step Edit, Undo takes back."
)
_GAIN_COLUMNS = (
    Column("quarter", "Quarter", explain="Year and quarter it falls into.", width=10),
    Column("kind", "What", explain="Where the gain comes from.", width=18),
    Column("term", "Term", explain="How it is taxed.", width=8),
    Column("amount", "Amount $", Kind.MONEY, "The gain, a loss with a minus.", width=14),
    Column("chance", "Likely", explain="How likely it is; what has happened is certain.", width=10),
    Column("expected", "Counted $", Kind.MONEY, "Amount times likelihood.", width=14),
    Column("note", "Note", explain="Your own words.", stretch=True),
)
_LAW_COLUMNS = (
    Column("from_year", "From", explain="First year it holds.", width=7),
    Column("target", "What", explain="What is taxed differently.", width=26),
    Column("points", "Points", explain="Percentage points added to the rate.", width=10),
    Column("note", "Note", explain="Your own words.", stretch=True),
)
_LAW_NOTE = (
    "A change of law is a supposition: years from the first one on are reckoned with the points added, and the "
    "Tax page says so. Take it away to see the law as it stands."
)
_NO_GAINS = (
    "Nothing is entered yet. Add what is coming: a K-1, a fund's distribution in December, shares that vest, "
    "a house or a business to be sold, sales in an account that is not imported."
)
_NO_CHANGES = "None: every year is reckoned with the law as it stands."


class OutsideDialog(RecordsDialog):
    """Two lists, each with a dialog for a row; nothing is typed here itself."""

    def __init__(
        self, theme: Theme, desk: Desk, loaded: Loaded, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, desk, loaded, "Outside gains", _WORDS, parent)
        self.gains = RecordList(
            theme,
            "Outside gains",
            "gain",
            _GAIN_COLUMNS,
            Acts(self._add_gain, self._edit_gain, self._remove_gain),
            empty=_NO_GAINS,
        )
        self.changes = RecordList(
            theme, "Changes of law", "change", _LAW_COLUMNS, Acts(self._add_law, self._edit_law, self._remove_law),
            _LAW_NOTE,
            _NO_CHANGES,
        )  # fmt: skip
        self.sections = Segments(
            theme,
            "Section",
            (
                ("Outside gains", "Gains from outside the imported accounts"),
                ("Changes of law", "What if the law changes"),
            ),
        )
        stack = QStackedWidget()
        stack.addWidget(self.gains)
        stack.addWidget(self.changes)
        self.sections.chosen.connect(stack.setCurrentIndex)
        across = QHBoxLayout()
        across.addWidget(self.sections)
        across.addStretch(1)
        self.column.addLayout(across)
        self.column.addWidget(stack, 1)
        self.resize(theme.px(1060), theme.px(560))
        self._show()

    def _show(self) -> None:
        gains = sorted(self._snapshot.external_gains, key=lambda g: (g.on, g.id))
        self.gains.show_rows(
            {
                "quarter": [quarter_words(g) for g in gains],
                "kind": [EXTERNAL_NAMES[g.kind] for g in gains],
                "term": [TERM_WORDS[g.term] for g in gains],
                "amount": [g.amount for g in gains],
                "chance": [_chance(g) for g in gains],
                "expected": [g.expected for g in gains],
                "note": [g.note for g in gains],
            },
            [g.id for g in gains],
        )
        changes = sorted(self._snapshot.law_changes, key=lambda c: (c.from_year, c.id))
        self.changes.show_rows(
            {
                "from_year": [str(c.from_year) for c in changes],
                "target": [TARGET_WORDS[c.target] for c in changes],
                "points": [_points(c.points) for c in changes],
                "note": [c.note for c in changes],
            },
            [c.id for c in changes],
        )

    # --- gains -------------------------------------------------------------------------------------
    def _add_gain(self) -> None:
        self._open(GainDialog(self.theme, self._snapshot.as_of, None, self), self._save_gain)

    def _edit_gain(self, key: str) -> None:
        for gain in [g for g in self._snapshot.external_gains if g.id == key]:
            self._open(GainDialog(self.theme, self._snapshot.as_of, gain, self), self._save_gain)

    def _remove_gain(self, key: str) -> None:
        self._write_gains([g for g in self._snapshot.external_gains if g.id != key], None)

    def _save_gain(self, dialog: Any) -> None:
        gains = with_record(self._snapshot.external_gains, dialog.record())
        if not dialog.show_problems(dialog.found()):
            self._write_gains(gains, dialog)

    def _write_gains(self, gains: Sequence[ExternalGain], dialog: FormDialog | None) -> None:
        self._write("Outside gains", lambda app: save_external_gains(app, gains), dialog)

    # --- law ---------------------------------------------------------------------------------------
    def _add_law(self) -> None:
        self._open(LawChangeDialog(self.theme, self._snapshot.as_of, None, self), self._save_law)

    def _edit_law(self, key: str) -> None:
        for change in [c for c in self._snapshot.law_changes if c.id == key]:
            dialog = LawChangeDialog(self.theme, self._snapshot.as_of, change, self)
            self._open(dialog, self._save_law)

    def _remove_law(self, key: str) -> None:
        self._write_laws([c for c in self._snapshot.law_changes if c.id != key], None)

    def _save_law(self, dialog: Any) -> None:
        changes = with_record(self._snapshot.law_changes, dialog.record())
        if not dialog.show_problems(dialog.found()):
            self._write_laws(changes, dialog)

    def _write_laws(self, changes: Sequence[LawChange], dialog: FormDialog | None) -> None:
        self._write("Changes of law", lambda app: save_law_changes(app, changes), dialog)


def quarter_words(gain: ExternalGain) -> str:
    """Return `2026 Q4`."""
    return f"{gain.on.year} Q{quarter_of(gain.on)}"


def _chance(gain: ExternalGain) -> str:
    if gain.realised:
        return "realised"
    return f"{gain.probability * 100:.0f} %"


def _points(points: Decimal) -> str:
    sign = "+" if points > 0 else "\u2212" if points < 0 else ""
    return f"{sign}{abs(points * 100).normalize():f}"
