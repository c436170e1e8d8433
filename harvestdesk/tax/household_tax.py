"""The tax of any year with a household's profile: what least-tax sales of its ledger are chosen by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.household import TaxProfile
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.domain.transaction import Transaction
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import load_state, load_tax_year
from harvestdesk.tax.year import year_tax

TaxOfYear = Callable[[int, Decimal, Decimal], Decimal]


class HouseholdTax:
    """Tax in dollars of a year's short-term and long-term results; each year's tables are read once.

    Filing status, income and state are taken to be those of the profile in every year. Its results outside
    the ledger and its losses carried forward belong to `last_year`; earlier years have none. What a year's
    loss is worth later counts nothing: choices of equal tax go by the brokers' order.
    """

    def __init__(
        self,
        profile: TaxProfile,
        external: Sequence[ExternalGain],
        changes: Sequence[LawChange],
        last_year: int,
    ) -> None:
        self._profile = profile
        self._external = tuple(external)
        self._changes = tuple(changes)
        self._last_year = last_year
        self._years: dict[int, TaxSituation] = {}

    def __call__(self, year: int, short: Decimal, long: Decimal) -> Decimal:
        """Return the tax of a year whose ledger comes to `short` and `long` dollars."""
        situation = self._years.get(year)
        if situation is None:
            situation = self._years[year] = self._of_year(year)
        return year_tax(situation, short, long).tax

    def _of_year(self, year: int) -> TaxSituation:
        profile = self._profile
        if year != self._last_year:
            profile = replace(
                profile,
                realised_short=ZERO,
                realised_long=ZERO,
                carryforward_short=ZERO,
                carryforward_long=ZERO,
            )
        return TaxSituation(
            profile,
            year,
            load_tax_year(year),
            load_state(profile.state, year) if profile.state else None,
            self._external,
            self._changes,
        )


def asks_least_tax(accounts: Iterable[Account], transactions: Iterable[Transaction]) -> bool:
    """True where a sale of a taxable account may go by the year's netting."""
    taxable = {a.id: a.relief for a in accounts if a.type.is_taxable}
    if ReliefMethod.MIN_TAX in taxable.values():
        return True
    return any(t.relief is ReliefMethod.MIN_TAX and t.account_id in taxable for t in transactions)


def least_tax_of(
    accounts: Iterable[Account],
    transactions: Sequence[Transaction],
    profile: TaxProfile,
    external: Sequence[ExternalGain],
    changes: Sequence[LawChange],
) -> TaxOfYear | None:
    """Return the household's tax by year, or None where no sale asks for it.

    It follows from what is stored alone, never from today's date: the same book always has the same lots.
    """
    if not transactions or not asks_least_tax(accounts, transactions):
        return None
    return HouseholdTax(profile, external, changes, max(t.on for t in transactions).year)


def least_tax_of_snapshot(snapshot: HouseholdSnapshot) -> TaxOfYear | None:
    """Return the tax by year of the household of a snapshot, or None where no sale asks for it."""
    return least_tax_of(
        snapshot.accounts,
        snapshot.transactions,
        snapshot.household.tax,
        snapshot.external_gains,
        snapshot.law_changes,
    )
