"""The tax profile as fields: status, where the rates come from, income, state, losses carried in."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from harvestdesk.domain.household import FILING_NAMES, FilingStatus, RateSource, TaxProfile
from harvestdesk.gui.dialogs.form import FormDialog, wrapped
from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.gui.widgets.fields import Choice, FigureField, Tick

_MOST = Decimal(999_999_999)
_MOST_BOXES = Decimal(4)
RATES = (
    ("rate_short", "&Short-term gains, %"),
    ("rate_long", "&Long-term gains, %"),
    ("rate_ordinary", "O&rdinary income, %"),
)
_INCOME = (
    ("wages", "&Wages, business, pensions $", True),
    ("investment_income", "&Interest and other investment income $", True),
    ("qualified_dividends", "&Qualified dividends $", False),
)
_ELSEWHERE = (
    ("realised_short", "Realised elsewhere this year, short-term $", True),
    ("realised_long", "Realised elsewhere this year, long-term $", True),
    ("carryforward_short", "Losses carried forward, short-term $", False),
    ("carryforward_long", "Losses carried forward, long-term $", False),
)
SOURCES = (
    (RateSource.TABLES, "The year's tables and the income below"),
    (RateSource.TYPED, "Rates typed here"),
)
RATES_NOTE = (
    "Plans tax every dollar at the rates typed here; the year's brackets are not looked up. Put in "
    "what your next dollar pays, with state tax and net investment income tax."
)
INCOME_NOTE = (
    "Income of the whole year as you expect it, without gains and losses from sales: those come from the "
    "imported accounts and from outside gains. Dividends and interest of the imported accounts belong in here."
)
STATE_NOTE = (
    "States are taxed at the top of their scale. Type your own rate where yours is lower, or where the state "
    "is not known."
)
_ELSEWHERE_NOTE = (
    "Realised elsewhere: the net result of sales that are in none of the imported files, a loss "
    "with a minus. Losses carried forward come from last year's return, as positive figures."
)
NO_STATE = "No state, or no state income tax"


class TaxFields(QWidget):
    """Fields of a TaxProfile; problems are shown beside them by the dialog they stand in."""

    def __init__(
        self,
        theme: Theme,
        dialog: FormDialog,
        profile: TaxProfile,
        states: Mapping[str, str],
        typed_only: frozenset[str],
    ) -> None:
        """Build the fields.

        Args:
            theme: the look.
            dialog: where problems are told.
            profile: what is stored.
            states: names of all states by code.
            typed_only: states whose rate has to be typed.
        """
        super().__init__()
        self._theme = theme
        self._dialog = dialog
        self._profile = profile
        self._typed_only = typed_only
        self.status_box = Choice(theme, "Filing status")
        self.status_box.offer(FILING_NAMES.items(), profile.filing_status)
        self.source_box = Choice(theme, "Rates come from")
        self.source_box.offer([(s.value, words) for s, words in SOURCES], profile.rate_source)
        self.state_box = Choice(theme, "State")
        self.state_box.offer([("", NO_STATE), *states.items()], profile.state)
        self.figures = self._make_figures()
        self.itemise_box = Tick(theme, "instead of the standard deduction", "Itemise deductions")
        self.itemise_box.setChecked(profile.itemised is not None)
        self.own_rate_box = Tick(theme, "instead of the table's", "Type the state's rate")
        self.own_rate_box.setChecked(profile.state_rate is not None)
        self._typed, self._tables = QWidget(), QWidget()
        self._lay_out()
        for box in (self.source_box, self.state_box):
            box.currentIndexChanged.connect(lambda _index: self._show_what_counts())
        for tick in (self.itemise_box, self.own_rate_box):
            tick.toggled.connect(lambda _on: self._show_what_counts())
        self._show_what_counts()

    # --- layout ----------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, self._theme.px(Space.MEDIUM), 0)
        column.setSpacing(self._theme.px(Space.MEDIUM))
        top = self._dialog.new_form()
        self._dialog.add_field(top, "filing_status", "&Filing status", self.status_box)
        self._dialog.add_field(top, "rate_source", "&Rates come from", self.source_box)
        column.addLayout(top)
        self._lay_out_typed()
        self._lay_out_tables()
        column.addWidget(self._typed)
        column.addWidget(self._tables)
        column.addWidget(self._heading("Gains and losses from elsewhere"))
        column.addWidget(wrapped(_ELSEWHERE_NOTE))
        below = self._dialog.new_form()
        for key, words, _signed in _ELSEWHERE:
            self._dialog.add_field(below, key, words, self.figures[key])
        self._add_with_words(
            below, "discount_rate", "&Discount rate a year, %", "for tax saved in later years"
        )
        column.addLayout(below)
        column.addStretch(1)
        self._align(top, below, self._typed.layout(), self._tables.layout())

    def _lay_out_typed(self) -> None:
        form = self._dialog.new_form()
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(wrapped(RATES_NOTE))
        for key, words in RATES:
            self._dialog.add_field(form, key, words, self.figures[key])
        self._typed.setLayout(form)

    def _lay_out_tables(self) -> None:
        form = self._dialog.new_form()
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(wrapped(INCOME_NOTE))
        for key, words, _signed in _INCOME:
            self._dialog.add_field(form, key, words, self.figures[key])
        self._add_with_tick(form, "itemised", "Itemised &deductions $", self.itemise_box)
        self._add_with_words(
            form, "aged_or_blind", "Boxes 65 or &blind", "0 to 4, you and your spouse"
        )
        self._add_with_words(form, "seniors", "Of these, &65 or older", "persons, 0 to 2")
        form.addRow(wrapped(STATE_NOTE))
        self._dialog.add_field(form, "state", "S&tate", self.state_box)
        self._add_with_tick(form, "state_rate", "State rate, &%", self.own_rate_box)
        self._tables.setLayout(form)

    def _heading(self, words: str) -> QLabel:
        label = QLabel(words)
        label.setFont(self._theme.font(TextSize.BODY, strong=True))
        return label

    def _add_with_tick(self, form: QFormLayout, key: str, words: str, tick: Tick) -> None:
        self._add_row(form, key, words, tick)

    def _add_with_words(self, form: QFormLayout, key: str, words: str, beside: str) -> None:
        self._add_row(form, key, words, QLabel(beside))

    def _add_row(self, form: QFormLayout, key: str, words: str, beside: QWidget) -> None:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(self._theme.px(Space.SMALL))
        across.addWidget(self.figures[key])
        across.addWidget(beside)
        across.addStretch(1)
        self._dialog.add_field(form, key, words, row, self.figures[key])

    @staticmethod
    def _align(*layouts: object) -> None:
        """Give the forms below one another labels of one width, so that the fields stand in line."""
        labels = [
            label
            for form in layouts
            if isinstance(form, QFormLayout)
            for row in range(form.rowCount())
            if (item := form.itemAt(row, QFormLayout.ItemRole.LabelRole)) is not None
            and (label := item.widget()) is not None
        ]
        widest = max(label.minimumWidth() for label in labels)
        for label in labels:
            label.setMinimumWidth(widest)

    # --- values ----------------------------------------------------------------------------------
    def _make_figures(self) -> dict[str, FigureField]:
        from harvestdesk.services.household_settings import percent_of

        profile, made = self._profile, dict[str, FigureField]()
        for key, words in (
            *RATES,
            ("state_rate", "State rate, %"),
            ("discount_rate", "Discount rate, %"),
        ):
            field = FigureField(self._theme, words.replace("&", ""), most=Decimal(100), decimals=4)
            field.show_value(percent_of(getattr(profile, key) or Decimal(0)))
            made[key] = field
        for key, words, signed in (
            *_INCOME,
            *_ELSEWHERE,
            ("itemised", "Itemised deductions $", False),
        ):
            least = -_MOST if signed else Decimal(0)
            field = FigureField(
                self._theme, words.replace("&", ""), most=_MOST, least=least, step=100
            )
            field.setFixedWidth(self._theme.text_width(16))
            field.show_value(getattr(profile, key) or Decimal(0))
            made[key] = field
        boxes = FigureField(self._theme, "Boxes 65 or blind", most=_MOST_BOXES, decimals=0)
        boxes.show_value(Decimal(profile.aged_or_blind))
        seniors = FigureField(self._theme, "Persons 65 or older", most=_MOST_BOXES / 2, decimals=0)
        seniors.show_value(Decimal(profile.seniors))
        return {**made, "aged_or_blind": boxes, "seniors": seniors}

    @property
    def source(self) -> RateSource:
        """Where the rates come from, as chosen."""
        return RateSource(self.source_box.currentData())

    def profile(self) -> TaxProfile:
        """Return the profile as typed; what doesn't count under the chosen source is kept as it was typed."""
        from harvestdesk.services.household_settings import fraction_of

        value = {key: field.value for key, field in self.figures.items()}
        plain = [key for key, _, _ in (*_INCOME, *_ELSEWHERE)]
        own_rate = self.own_rate_box.isChecked()
        return replace(
            self._profile,
            filing_status=FilingStatus(self.status_box.currentData()),
            rate_source=self.source,
            **{key: value[key] for key in plain},
            rate_short=fraction_of(value["rate_short"]),
            rate_long=fraction_of(value["rate_long"]),
            rate_ordinary=fraction_of(value["rate_ordinary"]),
            discount_rate=fraction_of(value["discount_rate"]),
            itemised=value["itemised"] if self.itemise_box.isChecked() else None,
            aged_or_blind=int(value["aged_or_blind"]),
            seniors=int(value["seniors"]),
            state=str(self.state_box.currentData()),
            state_rate=fraction_of(value["state_rate"]) if own_rate else None,
        )

    def half_typed(self) -> dict[str, str]:
        """Return, by field that counts, what can't be read as a number of its range."""
        return {
            key: f"{field.accessibleName()}: {field.range_words}."
            for key, field in self.figures.items()
            if self._counts(key) and not field.hasAcceptableInput()
        }

    def _counts(self, key: str) -> bool:
        if key in {name for name, _ in RATES}:
            return self.source is RateSource.TYPED
        if key == "itemised":
            return self.source is RateSource.TABLES and self.itemise_box.isChecked()
        if key == "state_rate":
            return self.source is RateSource.TABLES and self.own_rate_box.isChecked()
        in_tables = key in {"aged_or_blind", "seniors", *(name for name, _, _ in _INCOME)}
        return not in_tables or self.source is RateSource.TABLES

    def _show_what_counts(self) -> None:
        by_tables = self.source is RateSource.TABLES
        self._tables.setVisible(by_tables)
        self._typed.setVisible(not by_tables)
        self.figures["itemised"].setEnabled(self.itemise_box.isChecked())
        state = str(self.state_box.currentData())
        needs_rate = state in self._typed_only
        self.own_rate_box.setEnabled(bool(state) and not needs_rate)
        if needs_rate:
            self.own_rate_box.setChecked(True)
        elif not state:
            self.own_rate_box.setChecked(False)
        self.figures["state_rate"].setEnabled(self.own_rate_box.isChecked())
