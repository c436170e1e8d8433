"""The 61-day window: 30 calendar days before and after a loss sale, both ends in (IRC §1091(a)).

Trade dates count, not settlement dates (Pub. 550, Wash Sales). Dates, never instants.
"""

from datetime import date, timedelta

WINDOW_DAYS = 30
_WINDOW = timedelta(days=WINDOW_DAYS)
_ONE_DAY = timedelta(days=1)


def window(day: date) -> tuple[date, date]:
    """Return the first and the last day of the window around `day`."""
    return day - _WINDOW, day + _WINDOW


def in_window(loss_sale_on: date, purchase_on: date) -> bool:
    """True if a purchase on `purchase_on` can wash a loss sale on `loss_sale_on`."""
    return abs((purchase_on - loss_sale_on).days) <= WINDOW_DAYS


def first_safe_purchase(loss_sale_on: date) -> date:
    """Return the first day a purchase no longer washes a loss sale: sold Dec 5, safe Jan 5."""
    return loss_sale_on + _WINDOW + _ONE_DAY


def first_safe_loss_sale(purchase_on: date) -> date:
    """Return the first day a loss sale is no longer washed by a purchase on `purchase_on`."""
    return purchase_on + _WINDOW + _ONE_DAY
