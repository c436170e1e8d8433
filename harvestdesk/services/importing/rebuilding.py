"""Lots worked out anew from brokers' lots and the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harvestdesk.domain.account import Account
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security
from harvestdesk.domain.transaction import Transaction
from harvestdesk.washsale.rebuild import RebuildResult, rebuild_lots

_BASIS_NEEDED = frozenset(
    {LotSource.VEST, LotSource.TRANSFER, LotSource.GIFT, LotSource.INHERITED, LotSource.OPENING}
)
"""Shares never come in this way for nothing: a zero amount means the file gave no basis."""


def rebuilt_lots(
    accounts: Iterable[Account],
    transactions: Sequence[Transaction],
    statement_lots: Sequence[TaxLot],
    identical_sets: Iterable[IdenticalSet],
    securities: Iterable[Security],
) -> RebuildResult:
    """Return the household's lots; those whose basis no file gave have none rather than zero."""
    result = rebuild_lots(
        accounts, transactions, statement_lots, identical_sets, securities=securities
    )
    return replace(result, lots=tuple(_honest(lot) for lot in result.lots))


def _honest(lot: TaxLot) -> TaxLot:
    if lot.statement_on is None and lot.source in _BASIS_NEEDED and lot.cost_basis == ZERO:
        return replace(lot, cost_basis=None)
    return lot
