"""What JSON facts of a return share: the short codes of filing statuses, the largest amount."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus

FILING_CODES: dict[str, FilingStatus] = {
    "single": FilingStatus.SINGLE,
    "mfj": FilingStatus.JOINT,
    "mfs": FilingStatus.SEPARATE,
    "hoh": FilingStatus.HEAD,
    "qss": FilingStatus.SURVIVING,
}

LARGEST_AMOUNT = Decimal(10) ** 12
"""Dollars; beyond it an amount is a slip of the keyboard."""


def filing_status(data: Mapping[str, Any]) -> FilingStatus:
    """Return the filing status an object names.

    Raises:
        BadInputError: naming the codes that are known.
    """
    code = str(data.get("filing_status"))
    status = FILING_CODES.get(code)
    if status is None:
        known = ", ".join(FILING_CODES)
        raise BadInputError(f"field filing_status: {code!r} is not one of {known}.")
    return status
