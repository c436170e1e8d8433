"""What is asked of a household plan: the job, and its limits as sentences with figures to change."""

from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind, PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.gui.views.rebalance.account_ticks import AccountTicks
from harvestdesk.gui.views.rebalance.jobs import JOBS, JobSpec, Part
from harvestdesk.gui.views.rebalance.more_limits import MoreLimits
from harvestdesk.gui.views.rebalance.sentences import (
    Limit,
    Muted,
    OptionalFigure,
    RiskSlider,
    sentence_row,
)
from harvestdesk.gui.widgets.fields import Choice, FigureField, Tick
from harvestdesk.services.plan_problems import plan_problems
from harvestdesk.services.plan_usual import usual_settings

IN_BANDS = "Every asset class ends inside its band."
"""Said with the job: the tick for it is folded away."""


class SettingsPanel(QFrame):
    """The job chooser, the sentences and their fields.

    Signals:
        changed: the person changed the job, a figure or a choice.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._base = PlanSettings()
        self._known: HouseholdSnapshot | None = None
        self._touched = False
        self._bands_chosen = False
        self._quiet = False
        self.setProperty("card", True)
        self.job = Choice(theme, "What the plan is for")
        self.job.offer(((k, PLAN_NAMES[k]) for k in JOBS), PlanKind.REBALANCE)
        self.about = Muted(theme)
        self.about.setWordWrap(True)
        self._make_fields(theme)
        self.more = MoreLimits(theme)
        self._parts: dict[Part, QWidget] = {}
        self._fields: dict[str, QWidget] = {
            "kind": self.job,
            "amount": self.amount,
            "recipient": self.recipient,
            "short_only": self.short_only,
            "tracking_error_bp": self.tracking_error.tick,
            "tax_budget": self.tax.tick,
            "gain_budget": self.gain.tick,
            "turnover": self.turnover.tick,
            "source_ids": self.sources,
        }
        self.live_column = QVBoxLayout()
        self._lay_out()
        self._connect()
        self.show_settings(self._base)
        self._touched = False

    def _make_fields(self, theme: Theme) -> None:
        self.amount_words = QLabel()
        self.amount = FigureField(theme, "Amount in dollars", most=Decimal(10**9), step=1000)
        self.amount_note = Muted(theme)
        self.amount_note.setWordWrap(True)
        self.sources = AccountTicks(theme, "Into", "Cash goes there, or comes from there.")
        self.short_only = Tick(theme, "Count short-term losses only")
        self.short_only.setToolTip(
            "They first offset gains taxed at ordinary rates (IRC \u00a71222)."
        )
        self.recipient = name(
            QLineEdit(), "Who receives the gift", "Stands on the papers; may be empty"
        )
        self.recipient.setPlaceholderText("who receives it (for the papers)")
        self.risk = RiskSlider(theme)
        self.tracking_error = OptionalFigure(
            theme,
            Limit(
                "Keep tracking error within",
                "bp",
                "Expected yearly difference to the targets once the plan is carried out, by the risk model.",
                start="100",
                most="10000",
                decimals=1,
            ),
        )
        self.tax = OptionalFigure(
            theme,
            Limit(
                "Spend at most $",
                "of tax",
                "Tax of this year with the plan less without, by the netting of Schedule D. 0: tax-neutral.",
                start="0",
                step=500,
                digits=8,
            ),
        )
        self.gain = OptionalFigure(
            theme,
            Limit(
                "Realise at most $",
                "net gains",
                "Gains less losses of the plan's own sales in taxable accounts.",
                start="0",
                step=500,
                digits=8,
            ),
        )
        self.turnover = OptionalFigure(
            theme,
            Limit(
                "Sell at most",
                "% of value",
                "Turnover: what is sold, as a share of the household's value.",
                start="10",
                most="100",
                scale=100,
            ),
        )

    def _lay_out(self) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        side = theme.px(Space.MEDIUM)
        column.setContentsMargins(side, side, side, side)
        column.setSpacing(theme.px(Space.SMALL))
        head = QLabel("What is asked")
        head.setFont(theme.font(TextSize.SECTION, strong=True))
        column.addWidget(head)
        column.addWidget(self.job)
        column.addWidget(self.about)
        amount = QWidget()
        self.amount.setFixedWidth(theme.text_width(11))
        rows = QVBoxLayout(amount)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.px(Space.TINY))
        rows.addLayout(sentence_row(theme, self.amount_words, self.amount))
        rows.addWidget(self.amount_note)
        self._parts = {
            Part.AMOUNT: amount,
            Part.RECIPIENT: self.recipient,
            Part.SHORT_ONLY: self.short_only,
            Part.SOURCES: self.sources,
            Part.RISK: self.risk,
            Part.TRACKING_ERROR: self.tracking_error,
            Part.TAX: self.tax,
            Part.GAIN: self.gain,
            Part.TURNOVER: self.turnover,
        }
        for part, widget in self._parts.items():
            column.addWidget(widget)
            if part is Part.RISK:
                column.addLayout(self.live_column)
        column.addWidget(self.more)
        column.addStretch(1)

    def _connect(self) -> None:
        self.job.currentIndexChanged.connect(self._on_job)
        for figure in (
            self.amount, self.sources, self.risk, self.tracking_error, self.tax, self.gain, self.turnover,
            self.more,
        ):  # fmt: skip
            figure.value_changed.connect(self._on_changed)
        self.more.keep_bands.toggled.connect(self._on_bands)
        self.short_only.toggled.connect(self._on_changed)
        self.recipient.textChanged.connect(self._on_changed)

    # --- what is asked -----------------------------------------------------------------------------
    @property
    def kind(self) -> PlanKind:
        """The job chosen."""
        return list(JOBS)[self.job.currentIndex()]

    @property
    def spec(self) -> JobSpec:
        """What the chosen job is asked with."""
        return JOBS[self.kind]

    def settings(self) -> PlanSettings:
        """Return what the sentences say now; what the job does not ask for is as usual."""
        base = self._base if self._base.kind is self.kind else self.usual(self.kind)
        return replace(base, **self._values(), **self.more.values(self.spec))  # type: ignore[arg-type]

    def usual(self, kind: PlanKind) -> PlanSettings:
        """Return what a job starts with in this household."""
        return usual_settings(kind, self._known)

    def _values(self) -> dict[str, object]:
        found: dict[Part, dict[str, object]] = {
            Part.AMOUNT: {"amount": self.amount.value or None},
            Part.SOURCES: {"source_ids": self.sources.value},
            Part.SHORT_ONLY: {"short_only": self.short_only.isChecked()},
            Part.RECIPIENT: {"recipient": self.recipient.text().strip()},
            Part.RISK: {"risk_aversion": self.risk.value},
            Part.TRACKING_ERROR: {"tracking_error_bp": self.tracking_error.value},
            Part.TAX: {"tax_budget": self.tax.value},
            Part.GAIN: {"gain_budget": self.gain.value},
            Part.TURNOVER: {"turnover": self.turnover.value},
        }
        return {k: v for part in found if part in self.spec.shows for k, v in found[part].items()}

    def problems(self, snapshot: HouseholdSnapshot) -> dict[str, str]:
        """Return what has to be mended before the job can be planned, by field."""
        found = plan_problems(self.settings(), snapshot)
        if Part.ACCOUNTS in self.spec.shows and self.more.accounts.none_chosen:
            found["account_ids"] = "Tick at least one account to trade in."
        if Part.SOURCES in self.spec.shows and self.sources.none_chosen:
            found["source_ids"] = f"{self.spec.sources}: tick at least one account."
        return found

    def point_at(self, field: str) -> None:
        """Put the keyboard where a setting is asked for, opening the fold if it is in there."""
        widget = self._fields.get(field) or self.more.field_of(field)
        if widget is None:
            return
        if field not in self._fields:
            self.more.toggle.setChecked(True)
        widget.setFocus()

    def show_settings(self, settings: PlanSettings) -> None:
        """Write settings into the sentences, silently."""
        self._quiet = True
        self._touched = True
        self._base = settings
        self._bands_chosen = settings.keep_bands != self.usual(settings.kind).keep_bands
        self.job.setCurrentIndex(list(JOBS).index(settings.kind))
        self.amount.show_value(settings.amount or ZERO)
        self.sources.show_value(settings.source_ids)
        self.short_only.setChecked(settings.short_only)
        self.recipient.setText(settings.recipient)
        self.risk.show_value(settings.risk_aversion)
        self.tracking_error.show_value(settings.tracking_error_bp)
        self.tax.show_value(settings.tax_budget)
        self.gain.show_value(settings.gain_budget)
        self.turnover.show_value(settings.turnover)
        self.more.show_values(settings)
        self.more.unfold_where(settings, self.usual(settings.kind))
        self._show_job()
        self._quiet = False

    def show_household(self, snapshot: HouseholdSnapshot) -> None:
        """Offer the household's accounts, symbols, sectors and classes."""
        self._quiet = True
        self._known = snapshot
        self.sources.offer([a for a in snapshot.accounts if a.type.is_taxable])
        self.more.know(snapshot)
        self._quiet = False
        if not self._touched:
            self.show_settings(self.usual(self.kind))
            self._touched = False

    def place_live(self, widget: QWidget) -> None:
        """Put a widget under the slider: what the live solve says about it."""
        self.live_column.addWidget(widget)

    def _on_job(self) -> None:
        if not self._quiet and not self._bands_chosen:
            self._quiet = True
            self.more.keep_bands.setChecked(self.usual(self.kind).keep_bands)
            self._quiet = False
        self._show_job()
        self._on_changed()

    def _show_job(self) -> None:
        spec = self.spec
        about = f"{spec.about} {IN_BANDS}" if self._keeps_bands() else spec.about
        self.about.setText(about)
        self.job.setAccessibleDescription(about)
        self.amount_words.setText(spec.amount)
        self.amount.setAccessibleName(f"{spec.amount.replace('$', '').strip()}: dollars")
        self.amount_note.setText(spec.no_amount)
        self.amount_note.setVisible(bool(spec.no_amount))
        self.sources.rename(spec.sources)
        for part, widget in self._parts.items():
            widget.setVisible(part in spec.shows)
        self.more.show_job(spec)

    def _on_bands(self) -> None:
        """Bands follow the job until the person says otherwise."""
        if not self._quiet:
            self._bands_chosen = True

    def _keeps_bands(self) -> bool:
        return Part.BANDS in self.spec.shows and self.more.keep_bands.isChecked()

    def _on_changed(self) -> None:
        if not self._quiet:
            self._touched = True
            self._show_job()
            self.changed.emit()
