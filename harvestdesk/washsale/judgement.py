"""The household's reading of the wash-sale rules, asked sale by sale."""

from harvestdesk.domain.wash_policy import (
    CryptoRule,
    IdenticalReading,
    LossTest,
    OtherPlans,
    SpouseBasis,
    Tacking,
    WashPolicy,
)
from harvestdesk.washsale.events import LedgerFacts, LedgerSymbol
from harvestdesk.washsale.holdings import OpenLot, Part
from harvestdesk.washsale.units import NO_LOSS_ABOVE


class Judgement:
    """Answers of a policy about the lots and symbols of a ledger."""

    def __init__(self, facts: LedgerFacts, policy: WashPolicy) -> None:
        self._facts = facts
        self._policy = policy
        self._adjusted = policy.loss_test is LossTest.ADJUSTED_BASIS
        self._known = dict(facts.symbols)

    def symbol(self, name: str) -> LedgerSymbol:
        """Return what a symbol is to the rules."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = LedgerSymbol(f"own:{name}")
        return known

    def set_of(self, name: str) -> str:
        """Return the identical set of a symbol."""
        known = self.symbol(name)
        if self._policy.identical is IdenticalReading.STRICT and known.strict_set_id:
            return known.strict_set_id
        return known.set_id

    def counts_as_purchase(self, account: str) -> bool:
        """True unless purchases in such a plan are read to replace nothing."""
        ignored = self._policy.other_plans is OtherPlans.IGNORE
        return not (ignored and account in self._facts.other_plans)

    def is_loss(self, gone: Part, proceeds: int) -> bool:
        """True where shares went for less than their basis."""
        basis = gone.basis + gone.added if self._adjusted else gone.basis
        return proceeds - basis < NO_LOSS_ABOVE and gone.lot.basis_known

    def is_exempt(self, name: str) -> bool:
        """True for what §1091 does not reach."""
        known = self.symbol(name)
        return known.exempt and not (known.crypto and self._policy.crypto is CryptoRule.AS_SECURITY)

    def is_lost_with_spouse(self, sold: OpenLot, replacement: OpenLot) -> bool:
        """True where somebody else's shares would take the loss over and that is read as lost."""
        if self._policy.spouse_basis is SpouseBasis.TO_SPOUSE:
            return False
        owners = self._facts.owners
        sellers, buyers = owners.get(sold.account), owners.get(replacement.account)
        return bool(sellers and buyers and sellers.isdisjoint(buyers))

    def held_since(self, replacement: OpenLot, gone: Part, day: int) -> int:
        """Return the ordinal from which shares that replace others count as held."""
        if self._policy.tacking is Tacking.ORIGINAL_DATE:
            return min(replacement.acquired, gone.adjusted)
        return replacement.acquired - (day - gone.adjusted)
