"""The order formats by name: add a format here and nowhere else."""

from collections.abc import Callable, Mapping, Sequence

from harvestdesk.domain.errors import BadInputError
from harvestdesk.orders.files import OrderFile
from harvestdesk.orders.formats.generic_csv import generic_files
from harvestdesk.orders.formats.ibkr_basket import basket_files
from harvestdesk.orders.terms import MARKET_DAY, OrderTerms
from harvestdesk.orders.ticket import Order

FORMATS: Mapping[str, Callable[[Sequence[Order], OrderTerms], tuple[OrderFile, ...]]] = {
    "generic-csv": generic_files,
    "ibkr-basket": basket_files,
}
FORMAT_NAMES: Mapping[str, str] = {
    "generic-csv": "Order list (CSV), any broker",
    "ibkr-basket": "Interactive Brokers basket (CSV)",
}


def order_files(
    orders: Sequence[Order], format_name: str, terms: OrderTerms = MARKET_DAY
) -> tuple[OrderFile, ...]:
    """Return the files of orders in a format.

    Raises:
        BadInputError: for an unknown format, or orders the format can't express.
    """
    write = FORMATS.get(format_name)
    if write is None:
        raise BadInputError(
            f"There is no order format {format_name!r}; known are {', '.join(sorted(FORMATS))}.",
            code="orders.format",
        )
    return write(orders, terms)
