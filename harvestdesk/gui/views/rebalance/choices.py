"""What else could be chosen, beside the plan on view: live figures, the curve, and a lot sold or kept instead."""

from decimal import Decimal

from PySide6.QtCore import QObject, Signal

from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.view_base import ViewContext
from harvestdesk.gui.views.rebalance.curve_control import CurveControl
from harvestdesk.gui.views.rebalance.frontier_part import FrontierPart
from harvestdesk.gui.views.rebalance.live_control import LiveControl
from harvestdesk.gui.views.rebalance.live_line import LiveLine
from harvestdesk.gui.views.rebalance.other_lot import OtherLot
from harvestdesk.gui.views.rebalance.panes import ReasonPanel
from harvestdesk.services.views.rebalance import RebalanceView


class Choices(QObject):
    """Keeps the three to the household, the settings and the plan that the page shows.

    Signals:
        price_chosen: risk aversion of the point of the curve the handle was put on.
        plan_asked: that point is to be planned exactly.
    """

    price_chosen = Signal(Decimal)
    plan_asked = Signal()

    def __init__(self, ctx: ViewContext, why: ReasonPanel, parent: QObject) -> None:
        super().__init__(parent)
        self.live_line = LiveLine(ctx.theme)
        self.frontier = FrontierPart(ctx.theme)
        self.live = LiveControl(ctx.runner, self.live_line, self)
        self.curve = CurveControl(ctx.runner, self.frontier, self)
        self.other_lot = OtherLot(ctx.runner, ctx.theme, why, self)
        self.curve.price_chosen.connect(self.price_chosen)
        self.frontier.plan_asked.connect(self.plan_asked)
        if "plan.trades" in ctx.actions:  # a plan must not wait for a curve
            ctx.actions["plan.trades"].triggered.connect(self.curve.stop)

    def show_household(
        self, snapshot: HouseholdSnapshot, view: RebalanceView | None, settings: PlanSettings
    ) -> None:
        """Be of this household and this plan."""
        self.live.show_household(snapshot)
        if view is None:  # a plan says itself what it comes to
            self.live.ask(settings)
        else:
            self.live.rest()
        self.other_lot.show_household(snapshot, view)
        self.curve.show_household(snapshot, view)
        self.curve.follow(settings)

    def follow(self, settings: PlanSettings, *, complete: bool) -> None:
        """A setting moved; what lacks a figure is not worked out."""
        self.curve.follow(settings)
        if complete:
            self.live.ask(settings)
        else:
            self.live.rest()

    def on_view(self, *, page: bool, curve: bool) -> None:
        """Page and curve came on view, or were left: nothing is kept warm for who is elsewhere."""
        self.live.on_view(visible=page)
        self.curve.on_view(visible=page and curve)
        if not page:
            self.other_lot.close()
