"""`tax.profile` of a problem: the income of the year, as the tax engine needs it."""

from dataclasses import replace
from decimal import Decimal

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import RateSource, TaxProfile
from harvestdesk.domain.money import ZERO
from harvestdesk.optimize.engine.reading import Fields, refuse
from harvestdesk.tax.filing_codes import filing_status
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import load_state, load_tax_year

_AMOUNTS = (
    "wages",
    "investment_income",
    "qualified_dividends",
    "realised_short",
    "realised_long",
    "carryforward_short",
    "carryforward_long",
)
_SIGNED = ("wages", "investment_income", "realised_short", "realised_long")
_OTHERS = ("filing_status", "itemised", "aged_or_blind", "state", "state_rate", "discount_rate")


def situation_at(tax: Fields, year: int) -> TaxSituation:
    """Return the tax situation of a profile; amounts are dollars of the whole year.

    Raises:
        BadInputError: naming the field.
    """
    given = tax.object("profile", (*_OTHERS, *_AMOUNTS))
    status = given.text("filing_status")
    try:
        code = filing_status({"filing_status": status})
    except BadInputError as error:
        refuse(given.at("filing_status"), error.message)
    amounts = {n: given.money(n, signed=n in _SIGNED, default=ZERO) for n in _AMOUNTS}
    boxes = given.number("aged_or_blind", 0, 4, default=0.0)
    if boxes != int(boxes):
        refuse(given.at("aged_or_blind"), f"{boxes:g} is not a number of boxes.")
    profile = replace(
        TaxProfile(filing_status=code, rate_source=RateSource.TABLES),
        wages=amounts["wages"],
        investment_income=amounts["investment_income"],
        qualified_dividends=amounts["qualified_dividends"],
        realised_short=amounts["realised_short"],
        realised_long=amounts["realised_long"],
        carryforward_short=amounts["carryforward_short"],
        carryforward_long=amounts["carryforward_long"],
        itemised=given.money("itemised") if given.has("itemised") else None,
        aged_or_blind=int(boxes),
        state=given.text("state", " ").strip(),
        state_rate=_rate(given, "state_rate") if given.has("state_rate") else None,
        discount_rate=_rate(given, "discount_rate", "0.05"),
    )
    state = load_state(profile.state) if profile.state else None
    if profile.state and state is None:
        refuse(given.at("state"), f"{profile.state!r} is not a state there are rules of.")
    return TaxSituation(profile, year, load_tax_year(year), state)


def _rate(given: Fields, name: str, default: str = "0") -> Decimal:
    return Decimal(str(given.number(name, 0.0, 1.0, default=float(default))))
