"""Words of points on the curve of tracking error against tax."""

from decimal import Decimal

from harvestdesk.gui import formatting
from harvestdesk.services.views.frontier import FrontierRow, Mark

MARK_WORDS = {
    Mark.NOTHING: "no trade",
    Mark.PLAN: "this plan",
    Mark.KNEE: "knee",
    Mark.ASKED: "asked for",
}
LEFT_OUT_WORDS = {
    "min_trade": "the smallest order",
    "ticket_cost": "the cost of an order",
    "max_trades": "the number of orders",
    "max_volume_share": "the share of volume",
    "piggy_back": "harvesting only with what is sold anyway",
    "location_weight": "that location alone sells no gain",
}
"""What live figures and the curve leave out, by field of the settings."""


def tax_words(tax: Decimal) -> str:
    """Return what a plan does to this year's tax: `saves $912 of tax`."""
    if not round(tax):
        return "leaves this year's tax as it is"
    return f"{'costs' if tax > 0 else 'saves'} {formatting.dollars(abs(tax))} of tax this year"


def short_words(row: FrontierRow) -> str:
    """Return what a place comes to, in one line."""
    error = formatting.basis_points(row.tracking_error_bp)
    words = f"Tracking error {error}, {tax_words(row.tax)}"
    if row.orders is None:
        return words
    orders = formatting.plural(row.orders, "order")
    return f"{words}; {orders}, turnover {formatting.percent(row.turnover)}"


def point_words(row: FrontierRow, between: str = ". ") -> str:
    """Return every figure of a place."""
    names = ", ".join(MARK_WORDS[mark] for mark in row.marks)
    words = [f"{names[:1].upper()}{names[1:]}"] if names else []
    words += [short_words(row), f"Trading cost {formatting.dollars(row.cost)}"]
    if row.risk_aversion is not None:
        words.append(price_of_risk(row.risk_aversion))
    return between.join(words)


def price_of_risk(risk_aversion: Decimal) -> str:
    """Return what the price of risk of a point means."""
    return f"It is the best plan while 1 % of tracking error costs {risk_figure(risk_aversion)}"


def risk_figure(risk_aversion: Decimal) -> str:
    """Return a price of risk as the slider writes it: `12 bp a year`."""
    return f"{risk_aversion.normalize():,f} bp a year"


def left_out_words(left_out: tuple[str, ...]) -> str:
    """Return what the figures leave out: `without the smallest order`."""
    if not left_out:
        return ""
    named = [LEFT_OUT_WORDS.get(field, field.replace("_", " ")) for field in left_out]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"without {listed}"
