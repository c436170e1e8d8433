"""What is asked less often, folded away: orders, costs, bands, location, weights, what never trades."""

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from harvestdesk.domain.plan_settings import ZONE_NAMES, PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.views.rebalance.account_ticks import AccountTicks
from harvestdesk.gui.views.rebalance.group_limits import GroupLimits
from harvestdesk.gui.views.rebalance.jobs import JobSpec, Part
from harvestdesk.gui.views.rebalance.sentences import Limit, OptionalFigure, sentence_row
from harvestdesk.gui.views.rebalance.symbols_field import SymbolsField
from harvestdesk.gui.widgets.fields import Choice, FigureField, Tick

_HUNDRED, _BASIS_POINTS = Decimal(100), Decimal(10_000)


class MoreLimits(QWidget):
    """Further limits under a button; what is set there counts whether it is open or not.

    Signals:
        value_changed: any of them changed.
    """

    value_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._make_figures(theme)
        self._make_choices(theme)
        self.toggle = name(
            QPushButton(), "More limits", "Shows the limits asked less often, or hides them"
        )
        self.toggle.setCheckable(True)
        self.toggle.setProperty("quiet", True)
        self.toggle.setProperty("flush", True)
        self.toggle.setStyleSheet("text-align: left;")
        self._parts: dict[Part, QWidget] = {}
        self._inside = QWidget()
        self._lay_out()
        self.toggle.toggled.connect(self._on_toggled)
        self._on_toggled(False)
        self._connect()

    def _make_figures(self, theme: Theme) -> None:
        most = Decimal(1_000_000)
        self.min_trade = FigureField(theme, "Smallest order in dollars", most=most, step=50)
        self.max_trades = OptionalFigure(
            theme,
            Limit(
                "At most",
                "orders",
                "Sales and purchases together, one per security and account.",
                start="20",
                most="10000",
                decimals=0,
            ),
        )
        self.volume = OptionalFigure(
            theme,
            Limit(
                "At most",
                "% of a day's volume",
                "Of each security, by its average daily volume; where the volume is not known, nothing is limited.",
                start="5",
                most="100",
                scale=100,
            ),
        )
        self.cost_rate = FigureField(
            theme, "Cost of trading in basis points of the amount", most=_HUNDRED, decimals=1
        )
        self.ticket = FigureField(theme, "Cost of each order in dollars", most=_HUNDRED)
        self.location = OptionalFigure(
            theme,
            Limit(
                "Count location at",
                "%",
                "Asset location: what pays ordinary income does better in sheltered accounts. 100 % counts its "
                "full value over the horizon.",
                start="50",
                most="100",
                scale=100,
            ),
        )
        self.retirement = OptionalFigure(
            theme,
            Limit(
                "Count IRAs after",
                "% tax",
                "Weights count traditional accounts less the tax due when they are drawn on.",
                start="22",
                most="60",
                scale=100,
            ),
        )

    def _make_choices(self, theme: Theme) -> None:
        self.zone = Choice(theme, "Trade for drift", "When drift alone is a reason to trade")
        self.zone.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.zone.offer(ZONE_NAMES.items(), next(iter(ZONE_NAMES)))
        self.keep_bands = Tick(theme, "End inside every band")
        self.keep_bands.setToolTip("Each asset class must end between the ends of its band.")
        self.piggy_back = Tick(theme, "Losses only of what is sold anyway")
        self.piggy_back.setToolTip(
            "Piggy-back: a loss is taken only where the mix asks for the sale; nothing is sold for tax alone."
        )
        self.groups = GroupLimits(theme)
        self.accounts = AccountTicks(theme, "Trade in", "The plan may sell and buy there.")
        self.never_sell = SymbolsField(
            theme, "Never sell", "They may be bought, and are never sold."
        )
        self.never_buy = SymbolsField(theme, "Never buy", "They may be sold, and are never bought.")
        self.never_trade = SymbolsField(theme, "Never trade", "Neither sold nor bought.")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px(Space.SMALL))
        column.addWidget(self.toggle)
        column.addWidget(self._inside)
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(self._theme.px(Space.SMALL))
        for part, widgets in (
            (Part.BANDS, (QLabel("Trade for drift"), self.zone, self.keep_bands)),
            (Part.ORDERS, (self._line("Skip orders below $", self.min_trade), self.max_trades, self.volume)),
            (
                Part.COSTS,
                (
                    self._line("Trading costs", self.cost_rate, "bp"),
                    self._line("and $", self.ticket, "an order"),
                ),
            ),
            (Part.PIGGY_BACK, (self.piggy_back,)),
            (Part.LOCATION, (self.location,)),
            (Part.VIEW, (self.retirement,)),
            (Part.GROUPS, (self.groups,)),
            (Part.ACCOUNTS, (self.accounts,)),
            (Part.NEVER, (self.never_sell, self.never_buy, self.never_trade)),
        ):  # fmt: skip
            self._parts[part] = self._block(widgets)
            inside.addWidget(self._parts[part])

    def _line(self, *parts: str | QWidget) -> QWidget:
        for part in parts:
            if isinstance(part, QWidget):
                part.setFixedWidth(self._theme.text_width(8))
        line = QWidget()
        line.setLayout(sentence_row(self._theme, *parts))
        return line

    def _block(self, widgets: tuple[QWidget, ...]) -> QWidget:
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px(Space.TINY))
        for widget in widgets:
            column.addWidget(widget)
        return block

    def _connect(self) -> None:
        for figure in (
            self.min_trade, self.max_trades, self.volume, self.cost_rate, self.ticket, self.location,
            self.retirement, self.groups, self.accounts, self.never_sell, self.never_buy, self.never_trade,
        ):  # fmt: skip
            figure.value_changed.connect(self.value_changed)
        for tick in (self.keep_bands, self.piggy_back):
            tick.toggled.connect(self.value_changed)
        self.zone.currentIndexChanged.connect(self._on_zone)

    def _on_zone(self) -> None:
        self.zone.setToolTip(self.zone.currentText())
        self.value_changed.emit()

    def _on_toggled(self, shown: bool) -> None:
        self._inside.setVisible(shown)
        self.toggle.setText(f"More limits  {_CLOSE if shown else _OPEN}")
        self.toggle.setAccessibleName("Hide more limits" if shown else "Show more limits")

    # --- what is asked -----------------------------------------------------------------------------
    def show_job(self, job: JobSpec) -> None:
        """Show what means something to a job."""
        for part, block in self._parts.items():
            block.setVisible(part in job.shows)

    def know(self, snapshot: HouseholdSnapshot) -> None:
        """Offer the household's accounts, and know its symbols, sectors and classes."""
        symbols = {s.symbol: s.id for s in snapshot.securities}
        for field in (self.never_sell, self.never_buy, self.never_trade):
            field.know(symbols)
        self.groups.know(snapshot)
        self.accounts.offer(snapshot.accounts)

    def values(self, job: JobSpec) -> dict[str, object]:
        """Return the settings a job is asked with, by field name."""
        found: dict[Part, dict[str, object]] = {
            Part.BANDS: {
                "zone": list(ZONE_NAMES)[self.zone.currentIndex()],
                "keep_bands": self.keep_bands.isChecked(),
            },
            Part.ORDERS: {
                "min_trade": self.min_trade.value,
                "max_trades": None if self.max_trades.value is None else int(self.max_trades.value),
                "max_volume_share": self.volume.value,
            },
            Part.COSTS: {
                "cost_rate": self.cost_rate.value / _BASIS_POINTS,
                "ticket_cost": self.ticket.value,
            },
            Part.PIGGY_BACK: {"piggy_back": self.piggy_back.isChecked()},
            Part.LOCATION: {"location_weight": self.location.value or Decimal(0)},
            Part.VIEW: self._view(),
            Part.GROUPS: {"group_limits": self.groups.value},
            Part.ACCOUNTS: {"account_ids": self.accounts.value},
            Part.NEVER: {
                "never_sell": self.never_sell.value,
                "never_buy": self.never_buy.value,
                "excluded_security_ids": self.never_trade.value,
            },
        }
        return {k: v for part in found if part in job.shows for k, v in found[part].items()}

    def _view(self) -> dict[str, object]:
        rate = self.retirement.value
        return (
            {"after_tax_view": False}
            if rate is None
            else {"after_tax_view": True, "retirement_rate": rate}
        )

    def show_values(self, settings: PlanSettings) -> None:
        """Write settings into the fields."""
        self.zone.setCurrentIndex(list(ZONE_NAMES).index(settings.zone))
        self.keep_bands.setChecked(settings.keep_bands)
        self.min_trade.show_value(settings.min_trade)
        most = settings.max_trades
        self.max_trades.show_value(None if most is None else Decimal(most))
        self.volume.show_value(settings.max_volume_share)
        self.cost_rate.show_value(settings.cost_rate * _BASIS_POINTS)
        self.ticket.show_value(settings.ticket_cost)
        self.piggy_back.setChecked(settings.piggy_back)
        self.location.show_value(settings.location_weight or None)
        self.retirement.show_value(settings.retirement_rate if settings.after_tax_view else None)
        self.groups.show_value(settings.group_limits)
        self.accounts.show_value(settings.account_ids)
        self.never_sell.show_value(settings.never_sell)
        self.never_buy.show_value(settings.never_buy)
        self.never_trade.show_value(settings.excluded_security_ids)

    def field_of(self, field: str) -> QWidget | None:
        """Return where a setting is asked for."""
        widgets: dict[str, QWidget] = {
            "zone": self.zone,
            "keep_bands": self.keep_bands,
            "min_trade": self.min_trade,
            "max_trades": self.max_trades.tick,
            "max_volume_share": self.volume.tick,
            "cost_rate": self.cost_rate,
            "ticket_cost": self.ticket,
            "piggy_back": self.piggy_back,
            "location_weight": self.location.tick,
            "retirement_rate": self.retirement.tick,
            "group_limits": self.groups.add_button,
            "account_ids": next(iter(self.accounts.boxes), self.toggle),
        }
        return widgets.get(field)

    def unfold_where(self, settings: PlanSettings, usual: PlanSettings) -> None:
        """Open the fold when something in it departs from what is usual: nothing that counts stays hidden."""
        fields = ("zone", "keep_bands", "max_trades", "max_volume_share", "piggy_back", "location_weight",
                  "after_tax_view", "group_limits", "account_ids", "never_sell", "never_buy",
                  "excluded_security_ids")  # fmt: skip
        if any(getattr(settings, f) != getattr(usual, f) for f in fields):
            self.toggle.setChecked(True)


_OPEN, _CLOSE = "\u25b8", "\u25be"
