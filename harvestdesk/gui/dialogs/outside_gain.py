"""One gain from outside the accounts, and one change of law, as fields."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from PySide6.QtWidgets import QLineEdit, QWidget

from harvestdesk.domain.lot import Term
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalKind,
    ExternalTerm,
    LawChange,
    LawTarget,
)
from harvestdesk.gui.dialogs.form import FormDialog
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.fields import Choice, FigureField, Tick
from harvestdesk.reports.tax_words import EXTERNAL_NAMES, TERM_NAMES
from harvestdesk.services.outside_gains import (
    external_gain_problems,
    law_change_problems,
    quarter_end,
    quarter_of,
)

TARGET_WORDS: Mapping[LawTarget, str] = {
    LawTarget.ORDINARY: "Ordinary rates",
    LawTarget.LONG_TERM: "Long-term gains",
    LawTarget.NIIT: "Net investment income tax",
    LawTarget.STATE: "State rate",
}
_GAIN_WORDS = (
    "A quarter is near enough. Give what is only expected its likelihood: it counts with amount times "
    "likelihood; what has happened counts in full. A fund's short-term distribution is an ordinary dividend: it "
    "counts as investment income on top of the profile's, not as a gain."
)
_LAW_WORDS = "Points are percentage points: 5 makes 20 % into 25 %, \u22122 makes it 18 %."
_MOST = Decimal(999_999_999)


class GainDialog(FormDialog):
    """Adds an outside gain or edits one; whoever opens it saves `record()`."""

    def __init__(
        self, theme: Theme, as_of: date, gain: ExternalGain | None, parent: QWidget | None = None
    ) -> None:
        title = "Edit outside gain" if gain else "Add outside gain"
        super().__init__(theme, title, _GAIN_WORDS, "Save gain", parent)
        shown = gain or ExternalGain(
            "", quarter_end(as_of.year, quarter_of(as_of)), ExternalTerm.LONG, Decimal(0)
        )
        self._id, self._as_of = shown.id, as_of
        self.kind_box = Choice(theme, "What")
        self.kind_box.offer([(k.value, words) for k, words in EXTERNAL_NAMES.items()], shown.kind)
        years = sorted({*range(as_of.year, as_of.year + 6), shown.on.year})
        self.year_box = Choice(theme, "Year")
        self.year_box.offer([(str(y), str(y)) for y in years], str(shown.on.year))
        self.quarter_box = Choice(theme, "Quarter")
        quarters = (
            "1, January to March",
            "2, April to June",
            "3, July to September",
            "4, October to December",
        )
        self.quarter_box.offer(
            [(str(n), words) for n, words in enumerate(quarters, 1)], str(quarter_of(shown.on))
        )
        self.term_box = Choice(theme, "Term")
        self.term_box.offer([(t.value, TERM_NAMES[t]) for t in Term], shown.term)
        self.amount_field = FigureField(theme, "Amount $", most=_MOST, least=-_MOST, step=1000)
        self.amount_field.setFixedWidth(theme.text_width(16))
        self.amount_field.show_value(shown.amount)
        self.chance_field = FigureField(theme, "Likely, %", most=Decimal(100), decimals=0, step=5)
        self.chance_field.show_value(shown.probability * 100)
        self.realised_box = Tick(theme, "It has happened &already")
        self.realised_box.setChecked(shown.realised)
        self.note_field = QLineEdit(shown.note)
        self._lay_out_fields()
        self.realised_box.toggled.connect(lambda on: self.chance_field.setEnabled(not on))
        self.chance_field.setEnabled(not shown.realised)

    def _lay_out_fields(self) -> None:
        form = self.new_form()
        self.add_field(form, "kind", "&What", self.kind_box)
        self.add_field(form, "year", "&Year", self.year_box)
        self.add_field(form, "on", "&Quarter", self.quarter_box)
        self.add_field(form, "term", "&Term", self.term_box)
        self.add_field(form, "amount", "&Amount $, a loss with a minus", self.amount_field)
        self.add_field(form, "probability", "&Likely, %", self.chance_field)
        form.addRow("", self.realised_box)
        self.add_field(form, "note", "&Note", self.note_field)
        self.column.addLayout(form)
        self.column.addStretch(1)
        self.setMinimumWidth(self.theme.px(520))

    def record(self) -> ExternalGain:
        """Return the gain as typed."""
        on = quarter_end(int(self.year_box.currentData()), int(self.quarter_box.currentData()))
        realised = self.realised_box.isChecked()
        return ExternalGain(
            self._id,
            on,
            ExternalTerm(self.term_box.currentData()),
            self.amount_field.value,
            Decimal(1) if realised else self.chance_field.value / 100,
            ExternalKind(self.kind_box.currentData()),
            realised,
            self.note_field.text().strip(),
        )

    def found(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        problems = external_gain_problems([self.record()], self._as_of)
        found = {field: words for (_row, field), words in problems.items()}
        fields = {"amount": self.amount_field, "probability": self.chance_field}
        return found | _half_typed(fields)


class LawChangeDialog(FormDialog):
    """Adds a change of law or edits one."""

    def __init__(
        self, theme: Theme, as_of: date, change: LawChange | None, parent: QWidget | None = None
    ) -> None:
        title = "Edit change of law" if change else "Add change of law"
        super().__init__(theme, title, _LAW_WORDS, "Save change", parent)
        shown = change or LawChange("", as_of.year + 1, LawTarget.LONG_TERM, Decimal("0.05"))
        self._id = shown.id
        self.target_box = Choice(theme, "What")
        self.target_box.offer([(t.value, words) for t, words in TARGET_WORDS.items()], shown.target)
        years = sorted({*range(as_of.year, as_of.year + 11), shown.from_year})
        self.year_box = Choice(theme, "From")
        self.year_box.offer([(str(y), str(y)) for y in years], str(shown.from_year))
        self.points_field = FigureField(
            theme, "Points", most=Decimal(100), least=Decimal(-100), decimals=3
        )
        self.points_field.show_value(shown.points * 100)
        self.note_field = QLineEdit(shown.note)
        form = self.new_form()
        self.add_field(form, "target", "&What", self.target_box)
        self.add_field(form, "from_year", "&From", self.year_box)
        self.add_field(form, "points", "&Points added", self.points_field)
        self.add_field(form, "note", "&Note", self.note_field)
        self.column.addLayout(form)
        self.column.addStretch(1)
        self.setMinimumWidth(theme.px(460))

    def record(self) -> LawChange:
        """Return the change as typed."""
        return LawChange(
            self._id,
            int(self.year_box.currentData()),
            LawTarget(self.target_box.currentData()),
            self.points_field.value / 100,
            self.note_field.text().strip(),
        )

    def found(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        problems = law_change_problems([self.record()])
        found = {field: words for (_row, field), words in problems.items()}
        return found | _half_typed({"points": self.points_field})


def _half_typed(fields: Mapping[str, FigureField]) -> dict[str, str]:
    return {
        key: f"{field.accessibleName()}: {field.range_words}."
        for key, field in fields.items()
        if field.isEnabled() and not field.hasAcceptableInput()
    }
