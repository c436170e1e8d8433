"""Everything a decision needs, frozen: what a job is given and a plan is checked against."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from harvestdesk.domain.account import Account
from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.filing import ReturnAccounts, return_accounts
from harvestdesk.domain.household import Household, Person
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.prices import PriceBook, PriceHistory
from harvestdesk.domain.relations import Equivalent, IdenticalSet, Replacement
from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings
from harvestdesk.domain.security import Security
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.domain.tax_year import ExternalGain, LawChange, StateRules, TaxYear
from harvestdesk.domain.transaction import ScheduledPurchase, Transaction


@dataclass(frozen=True)
class HouseholdSnapshot:
    """A household on a day. Picklable; holds no database row.

    Attributes:
        transactions: the whole ledger up to `as_of`, in date order.
        cash: dollars per account.
        cash_on: date of each account's cash balance.
        tax_year: the federal figures of the year of `as_of`.
        state_rules: those of the profile's state, or None.
        statement_lots: lots as the brokers' lot files gave them; `lots` follow from them and the ledger.
        outside: what is owned elsewhere: risk only.
        volumes: average shares traded a day, where known.
        risk: how the household has its risk estimated.
    """

    household: Household
    as_of: date
    people: tuple[Person, ...] = ()
    accounts: tuple[Account, ...] = ()
    securities: tuple[Security, ...] = ()
    lots: tuple[TaxLot, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    scheduled: tuple[ScheduledPurchase, ...] = ()
    prices: PriceBook = field(default_factory=lambda: PriceBook(date.min))
    cash: Mapping[AccountId, Decimal] = field(default_factory=dict)
    cash_on: Mapping[AccountId, date] = field(default_factory=dict)
    identical_sets: tuple[IdenticalSet, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    class_targets: tuple[ClassTarget, ...] = ()
    security_targets: tuple[SecurityTarget, ...] = ()
    history: PriceHistory = field(default_factory=PriceHistory)
    external_gains: tuple[ExternalGain, ...] = ()
    law_changes: tuple[LawChange, ...] = ()
    tax_year: TaxYear | None = None
    state_rules: StateRules | None = None
    statement_lots: tuple[TaxLot, ...] = ()
    account_rules: tuple[AccountRule, ...] = ()
    outside: tuple[OutsideHolding, ...] = ()
    volumes: Mapping[SecurityId, Decimal] = field(default_factory=dict)
    risk: RiskSettings = DEFAULT_RISK

    @cached_property
    def account_by_id(self) -> Mapping[AccountId, Account]:
        """Accounts by id."""
        return {a.id: a for a in self.accounts}

    @cached_property
    def return_accounts(self) -> ReturnAccounts:
        """Whose taxable accounts the household's tax return is of."""
        return return_accounts(self.household.tax.filing_status, self.people, self.accounts)

    @cached_property
    def security_by_id(self) -> Mapping[SecurityId, Security]:
        """Securities by id."""
        return {s.id: s for s in self.securities}

    @cached_property
    def lot_by_id(self) -> Mapping[LotId, TaxLot]:
        """Lots by id."""
        return {lot.id: lot for lot in self.lots}

    @cached_property
    def rule_of(self) -> Mapping[AccountId, AccountRule]:
        """Every account's part in plans."""
        made = {r.account_id: r for r in self.account_rules}
        return {a.id: made.get(a.id, AccountRule(a.id)) for a in self.accounts}

    def value_of(self, lot: TaxLot) -> Decimal:
        """Market value of a lot in dollars; zero where there is no price."""
        price = self.prices.get(lot.security_id)
        return ZERO if price is None else lot.shares * price.value

    def total_value(self) -> Decimal:
        """Market value of all lots and cash in dollars."""
        return sum((self.value_of(lot) for lot in self.lots), ZERO) + sum(self.cash.values(), ZERO)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything a plan rests on; a plan is void when it differs.

        The price history is left out: it shapes the risk model, which the plan keeps, not the facts.
        """
        digest = hashlib.sha256()
        parts: tuple[object, ...] = (
            self.household,
            self.as_of,
            self.people,
            self.accounts,
            self.securities,
            self.lots,
            self.transactions,
            self.scheduled,
            sorted(self.prices.prices.items()),
            sorted(self.cash.items()),
            self.identical_sets,
            self.equivalents,
            self.replacements,
            self.class_targets,
            self.security_targets,
            self.external_gains,
            self.law_changes,
        )
        later: tuple[object, ...] = (
            self.account_rules,
            self.outside,
            sorted(self.volumes.items()),
            None if self.risk == DEFAULT_RISK else self.risk,
        )
        # Parts that came later count only where there is something, so that older plans stay valid.
        told = [(number, part) for number, part in enumerate(later) if part]
        for part in (*parts, *told):
            digest.update(repr(part).encode())
            digest.update(b"\0")
        return digest.hexdigest()
