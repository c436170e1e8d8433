"""The curve of tracking error against tax as the page tells it: points to choose among, and where one stands."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.frontier import Frontier, FrontierPoint
from harvestdesk.domain.proposal import Proposal


class Mark(StrEnum):
    """What a place on the picture is, beside being a point of the curve."""

    NOTHING = "nothing"
    """No trade at all."""
    PLAN = "plan"
    """The plan there is, in whole shares."""
    KNEE = "knee"
    """Beyond it more tracking error buys ever less tax."""
    ASKED = "asked"
    """The point of the price of risk asked for."""


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """One place of the picture and one row of its table.

    Attributes:
        place: number of the point on the curve; None for what is not a choice.
        orders, turnover: of it; None where it is not known.
        risk_aversion: at which it is the best plan, to four digits; None for what is not a choice.
    """

    place: int | None
    tracking_error_bp: Decimal
    tax: Decimal
    cost: Decimal
    turnover: Decimal
    orders: int | None
    risk_aversion: Decimal | None
    gap: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class FrontierView:
    """The curve by rising tracking error, no trade, and the plan there is.

    Attributes:
        current: number of the point nearest to the price of risk asked for; None for an empty curve.
        left_out: settings the curve's figures don't keep, by field.
    """

    points: tuple[FrontierRow, ...]
    nothing: FrontierRow
    plan: FrontierRow | None
    current: int | None
    knee: int | None
    left_out: tuple[str, ...]

    @property
    def rows(self) -> tuple[FrontierRow, ...]:
        """Every place, for the table."""
        return (self.nothing, *((self.plan,) if self.plan else ()), *self.points)


def frontier_view(
    curve: Frontier, asked: Decimal, proposal: Proposal | None = None
) -> FrontierView:
    """Return the curve's places.

    Args:
        curve: what was worked out.
        asked: risk aversion on the page.
        proposal: the plan on the page, if it is of the same kind and of this household.
    """
    current = nearest(curve, asked)
    points = tuple(
        _row(
            point,
            place,
            *((Mark.KNEE,) if place == curve.knee else ()),
            *((Mark.ASKED,) if place == current else ()),
        )
        for place, point in enumerate(curve.points)
    )
    return FrontierView(
        points=points,
        nothing=_row(curve.nothing, None, Mark.NOTHING),
        plan=None if proposal is None else _plan(proposal),
        current=current,
        knee=curve.knee,
        left_out=curve.left_out,
    )


def nearest(curve: Frontier, asked: Decimal) -> int | None:
    """Return the number of the point whose price of risk is nearest, by its logarithm."""
    if not curve.points or asked <= 0:
        return None
    logs = [abs((p.risk_aversion / asked).ln()) for p in curve.points]
    return logs.index(min(logs))


def readable(risk_aversion: Decimal) -> Decimal:
    """Return a price of risk with four digits: its plan is the same."""
    if risk_aversion <= 0:
        return risk_aversion
    step = Decimal(1).scaleb(risk_aversion.adjusted() - 3)
    return risk_aversion.quantize(step).normalize() + 0


def _row(point: FrontierPoint, place: int | None, *marks: Mark) -> FrontierRow:
    return FrontierRow(
        place=place,
        tracking_error_bp=point.tracking_error_bp,
        tax=point.tax,
        cost=point.cost,
        turnover=point.turnover,
        orders=point.orders,
        risk_aversion=None if place is None else readable(point.risk_aversion),
        gap=point.gap,
        marks=marks,
    )


def _plan(proposal: Proposal) -> FrontierRow | None:
    measures = proposal.measures
    if measures is None:
        return None
    sold = {(s.account_id, s.security_id) for s in proposal.sales}
    return FrontierRow(
        place=None,
        tracking_error_bp=proposal.after.tracking_error_bp,
        tax=proposal.after.tax - proposal.before.tax,
        cost=measures.cost,
        turnover=measures.turnover,
        orders=len(sold) + len(proposal.purchases),
        risk_aversion=None,
        gap=proposal.solver.gap,
        marks=(Mark.PLAN,),
    )
