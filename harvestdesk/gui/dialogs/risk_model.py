"""The risk model: how risk is estimated, in plain words, and what it rests on security by security."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.risk_settings import DEFAULT_RISK, RISK_RANGES, RiskSettings
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk, Loaded
from harvestdesk.gui.dialogs.form import FormDialog, wrapped
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.fields import FigureField, Tick
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.reports.risk_words import SOURCE_WORDS, fault_words, odd_words
from harvestdesk.services.risk_settings import (
    RiskGround,
    risk_ground,
    risk_problems,
    save_risk_settings,
)

_WORDS = (
    "Tracking error is what a model expects of the difference to your targets. It is measured on price history "
    "where there is enough of it, and else on securities of the same sector and class. The usual settings suit "
    "most households; a plan carries those it was made with."
)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A setting that is a number; `scale` makes what is stored out of what is typed."""

    key: str
    label: str
    words: str
    decimals: int = 0
    scale: Decimal = Decimal(1)
    off: str = ""
    """What a tick says that switches it on; empty where it always holds."""


_FIGURES = (
    _Figure(
        "lookback_days", "&Days looked at", "Trading days of price history; 504 are two years."
    ),
    _Figure(
        "half_life_days",
        "&Half-life, days",
        "A day so far in the past counts half as much as today's.",
        off="Recent days count &more",
    ),
    _Figure(
        "volatility_half_life_days",
        "Half-life of &volatility, days",
        "How much things move may follow the market faster than how they move together.",
        off="Volatility &follows the market faster",
    ),
    _Figure(
        "needed_days",
        "Days &needed",
        "A security with fewer days takes its risk from its sector and class.",
    ),
    _Figure(
        "most_factors",
        "Factors at m&ost",
        "Common movements looked for in the prices; more of them fit the past closer.",
    ),
    _Figure(
        "shrink_days",
        "&Weight of like securities, days",
        "Pulls the variance of a security with little history towards that of securities like it.",
    ),
    _Figure(
        "least_own_share",
        "&Least own share, %",
        "So much of a security's variance is always its own: no two are the same.",
        3,
        Decimal("0.01"),
    ),
    _Figure(
        "least_own_volatility",
        "Least o&wn movement, % a year",
        "At least so much movement of its own; cash has none.",
        2,
        Decimal("0.01"),
    ),
    _Figure(
        "outlier",
        "L&imit of a jump, typical days",
        "A day that moves more is cut back to it: it is news or a bad price, and not the usual risk.",
        1,
        off="Cut back single &jumps",
    ),
    _Figure(
        "stale_run",
        "Days a price may &stand still",
        "So many days without any change are a price that stopped; they are left out.",
    ),
)
_TICKS = (
    (
        "use_history",
        "Measure risk on &price history",
        "Without it, the built-in table of asset classes, sectors and kinds is all there is.",
    ),
    (
        "group_factors",
        "Factors of indices, classes and se&ctors",
        "For hundreds of stocks beside a few funds: what still moves together is measured by group.",
    ),
    (
        "leave_out_splits",
        "Leave out &unadjusted splits",
        "A jump that looks like a split the prices were not adjusted for is no return at all.",
    ),
)


def _tone(row: RowValues) -> Tone:
    return Tone.WARNING if row["faults"] else Tone.MUTED


def _explain(row: RowValues) -> str:
    return "\n".join(fault_words(f) for f in row["row"].faults) or "Nothing looked wrong."


_COLUMNS = (
    Column("symbol", "Symbol", explain="Symbol of the security.", width=10),
    Column("name", "Name", explain="Name of the security.", stretch=True),
    Column("held", "", explain="Whether it is owned, here or elsewhere.", width=8),
    Column("source", "Risk rests on", explain="Where its risk comes from.", width=22),
    Column("days", "Days", Kind.INTEGER, "Days with a return.", width=7),
    Column(
        "volatility",
        "A year ±",
        Kind.PERCENT,
        "How much it moves a year: its standard deviation.",
        width=9,
    ),
    Column("faults", "Prices", Kind.TEXT, "What looked wrong.", _explain, tone=_tone, width=22),
)


class RiskModelDialog(FormDialog):
    """Settings, and what the model rests on."""

    def __init__(
        self, theme: Theme, desk: Desk, loaded: Loaded, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "Risk model", _WORDS, "Save settings", parent)
        self._desk = desk
        self._before = loaded.data.snapshot.risk
        self.ticks: dict[str, Tick] = {}
        self.figures: dict[str, FigureField] = {}
        self.switches: dict[str, Tick] = {}
        self.sections = Segments(
            theme,
            "Section",
            (
                ("Settings", "How risk is estimated"),
                ("What it rests on", "Sources, days and prices that looked wrong"),
            ),
        )
        self.usual_button = name(QPushButton("&Usual settings"), "Back to the usual settings")
        self.usual_button.setAutoDefault(False)
        self.described = wrapped("")
        self.table = DataTable(
            ColumnTable(_COLUMNS, theme), theme, "What the risk of each security rests on"
        )
        self._lay_out_parts()
        self.show_settings(self._before)
        self.usual_button.clicked.connect(lambda: self.show_settings(DEFAULT_RISK))
        self.buttons.accepted.connect(self._on_save)
        self.resize(theme.px(1080), theme.px(720))
        self._look()

    def _lay_out_parts(self) -> None:
        theme = self.theme
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.described)
        column.addWidget(self.table, 1)
        stack = QStackedWidget()
        stack.addWidget(self._settings_area())
        stack.addWidget(ground)
        self.sections.chosen.connect(stack.setCurrentIndex)
        across = QHBoxLayout()
        across.setSpacing(theme.px(Space.SMALL))
        across.addWidget(self.sections)
        across.addStretch(1)
        across.addWidget(self.usual_button)
        self.column.addLayout(across)
        self.column.addWidget(stack, 1)

    def _settings_area(self) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, self.theme.px(Space.LARGE), 0)
        form = self.new_form()
        for key, words, explanation in _TICKS:
            self.ticks[key] = Tick(self.theme, words)
            self.ticks[key].toggled.connect(self._enable)
            form.addRow("", self.ticks[key])
            form.addRow("", self.caption(explanation))
        for figure in _FIGURES:
            self._add_figure(form, figure)
        column.addLayout(form)
        column.addStretch(1)
        area = name(QScrollArea(), "Settings")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        return area

    def _add_figure(self, form: QFormLayout, figure: _Figure) -> None:
        least, most = next((low, high) for key, low, high in RISK_RANGES if key == figure.key)
        field = FigureField(
            self.theme,
            figure.label.replace("&", ""),
            most=Decimal(str(most)) / figure.scale,
            least=Decimal(str(least)) / figure.scale,
            decimals=figure.decimals,
        )
        self.figures[figure.key] = field
        if figure.off:
            self.switches[figure.key] = Tick(self.theme, figure.off)
            self.switches[figure.key].toggled.connect(self._enable)
            form.addRow("", self.switches[figure.key])
        self.add_field(form, figure.key, figure.label, field)
        form.addRow("", self.caption(figure.words))

    # --- values ------------------------------------------------------------------------------------
    def show_settings(self, settings: RiskSettings) -> None:
        """Write settings into the fields."""
        for key, tick in self.ticks.items():
            tick.setChecked(getattr(settings, key))
        for figure in _FIGURES:
            value = getattr(settings, figure.key)
            if figure.off:
                self.switches[figure.key].setChecked(value is not None)
            if value is None:
                value = getattr(DEFAULT_RISK, figure.key) or DEFAULT_RISK.half_life_days
            self.figures[figure.key].show_value((Decimal(str(value)) / figure.scale).normalize())
        self._enable()

    def _enable(self) -> None:
        on = self.ticks["use_history"].isChecked()
        for key, tick in self.ticks.items():
            tick.setEnabled(on or key == "use_history")
        for key, field in self.figures.items():
            switch = self.switches.get(key)
            if switch is not None:
                switch.setEnabled(on)
            field.setEnabled(on and (switch is None or switch.isChecked()))
        self.figures["least_own_volatility"].setEnabled(True)  # holds for the table too

    def values(self) -> dict[str, Any]:
        """Return the settings as typed, by field of `RiskSettings`."""
        found: dict[str, Any] = {key: tick.isChecked() for key, tick in self.ticks.items()}
        for figure in _FIGURES:
            switch = self.switches.get(figure.key)
            typed = self.figures[figure.key].value * figure.scale
            whole = isinstance(getattr(DEFAULT_RISK, figure.key), int)
            found[figure.key] = int(typed) if whole else float(typed)
            if switch is not None and not switch.isChecked():
                found[figure.key] = None
        return found

    def found(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        half_typed = {
            key: f"{field.accessibleName()}: {field.range_words}."
            for key, field in self.figures.items()
            if field.isEnabled() and not field.hasAcceptableInput()
        }
        return half_typed or risk_problems(self.values())

    def _on_save(self) -> None:
        if self.show_problems(self.found()):
            return
        settings = RiskSettings(**self.values())
        if settings == self._before:
            self.accept()
            return
        self.accept_button.setEnabled(False)
        handle = self._desk.quiet_work("Risk model", lambda app: save_risk_settings(app, settings))
        handle.succeeded.connect(lambda _changes: self.accept())
        handle.succeeded.connect(self._desk.reload)
        handle.failed.connect(self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        self.accept_button.setEnabled(True)
        self.notice.say(words_of(error), Tone.ERROR)

    # --- what it rests on ----------------------------------------------------------------------------
    def _look(self) -> None:
        self.described.setText("Looking at the prices\u2026")
        handle = self._desk.quiet_work(
            "Looking at the risk model", lambda app: risk_ground(app.snapshot())
        )
        handle.succeeded.connect(self.show_ground)
        handle.failed.connect(lambda error: self.described.setText(words_of(error)))

    def show_ground(self, ground: RiskGround) -> None:
        """Show what the model rests on."""
        self.described.setText(f"{ground.description[:1].upper()}{ground.description[1:]}.")
        rows = ground.rows
        self.table.model.set_rows(
            {
                "symbol": [r.symbol for r in rows],
                "name": [r.name for r in rows],
                "held": ["owned" if r.held else "" for r in rows],
                "source": [SOURCE_WORDS[r.source] for r in rows],
                "days": [r.days for r in rows],
                "volatility": [Decimal(f"{r.volatility:.6f}") for r in rows],
                "faults": [odd_words(r.faults) for r in rows],
                "row": rows,
            },
            [r.symbol for r in rows],
        )
