"""Is the household in order: the file itself, lots against the ledger, and lots against positions."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import decimal_text
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.keys import moves_shares
from harvestdesk.services.importing.positions import stated_positions
from harvestdesk.services.importing.rebuilding import ledger_of_book, lots_of_ledger

Holding = tuple[AccountId, SecurityId]


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What a check found; `ok` is False where something is wrong, not merely worth a look."""

    ok: bool
    findings: tuple[Problem, ...]
    accounts: int
    securities: int
    lots: int
    transactions: int
    plans: int


def check(ctx: AppContext) -> HealthReport:
    """Check the file and everything that must agree in it; nothing is changed."""
    file = ctx.book.check()
    snapshot = ctx.snapshot()
    findings = (
        *file.findings,
        *_against_ledger(ctx, snapshot),
        *_against_positions(ctx, snapshot),
        *_prices(snapshot),
        *_lots(snapshot),
    )
    wrong = any(f.severity is Severity.ERROR for f in findings)
    return HealthReport(
        ok=file.ok and not wrong,
        findings=findings,
        accounts=len(snapshot.accounts),
        securities=len(snapshot.securities),
        lots=len(snapshot.lots),
        transactions=len(snapshot.transactions),
        plans=len(ctx.book.proposal_ids()),
    )


def _against_ledger(ctx: AppContext, snapshot: HouseholdSnapshot) -> list[Problem]:
    """The stored lots must be what brokers' lots and the ledger give when worked out anew."""
    rebuilt = lots_of_ledger(ledger_of_book(ctx.book))
    fresh, stored = _totals(rebuilt.lots), _totals(ctx.book.lots())
    differing = [h for h in sorted(fresh.keys() | stored.keys()) if fresh.get(h) != stored.get(h)]
    found = [
        Problem(
            Severity.ERROR,
            f"{_name(snapshot, holding)}: the stored lots differ from the ledger; import the "
            "account's latest file again to rebuild them",
            code="lots.ledger",
        )
        for holding in differing
    ]
    return [*found, *rebuilt.problems]


def _against_positions(ctx: AppContext, snapshot: HouseholdSnapshot) -> list[Problem]:
    """Shares by lots must be the shares the last positions file stated, unless traded since."""
    held = {holding: total[0] for holding, total in _totals(snapshot.lots).items()}
    found: list[Problem] = []
    for account_id, stated in stated_positions(ctx.book.settings()).items():
        later = [
            t for t in snapshot.transactions if t.account_id == account_id and t.on > stated.on
        ]
        moved = {t.security_id for t in later if moves_shares(t)}
        moved |= {t.other_security_id for t in later}
        own = {holding[1] for holding in held if holding[0] == account_id}
        for security_id in sorted((stated.shares.keys() | own) - moved):
            told = stated.shares.get(security_id, Decimal(0))
            lots = held.get((account_id, security_id), Decimal(0))
            if told != lots:
                found.append(
                    Problem(
                        Severity.WARNING,
                        f"{_name(snapshot, (account_id, security_id))}: the broker stated "
                        f"{decimal_text(told)} shares on {stated.on}, the lots add up to "
                        f"{decimal_text(lots)}",
                        code="positions.differ",
                    )
                )
    return found


def _prices(snapshot: HouseholdSnapshot) -> list[Problem]:
    held = {lot.security_id for lot in snapshot.lots}
    found = [
        Problem(
            Severity.WARNING,
            f"{_symbol(snapshot, security_id)} has no price; import positions or a price file",
            code="prices.missing",
        )
        for security_id in sorted(held)
        if snapshot.prices.get(security_id) is None
    ]
    for security_id in snapshot.prices.stale():
        price = snapshot.prices.get(security_id)
        if security_id in held and price is not None:
            found.append(
                Problem(
                    Severity.WARNING,
                    f"the price of {_symbol(snapshot, security_id)} is of {price.on}: stale",
                    code="prices.stale",
                )
            )
    return found


def _lots(snapshot: HouseholdSnapshot) -> list[Problem]:
    incomplete = [
        lot
        for lot in snapshot.lots
        if (lot.acquired_on is None or lot.cost_basis is None)
        and snapshot.account_by_id[lot.account_id].type.is_taxable
    ]
    return [
        Problem(
            Severity.WARNING,
            f"{_name(snapshot, (lot.account_id, lot.security_id))}: a lot of "
            f"{decimal_text(lot.shares)} shares has no "
            f"{'acquisition date' if lot.acquired_on is None else 'cost basis'}; it is never planned",
            code="lots.incomplete",
        )
        for lot in incomplete
    ]


def _totals(lots: tuple[TaxLot, ...]) -> dict[Holding, tuple[Decimal, Decimal]]:
    """Return shares and known adjusted basis in dollars by holding."""
    shares: dict[Holding, Decimal] = defaultdict(Decimal)
    basis: dict[Holding, Decimal] = defaultdict(Decimal)
    for lot in lots:
        shares[lot.account_id, lot.security_id] += lot.shares
        basis[lot.account_id, lot.security_id] += lot.adjusted_basis or Decimal(0)
    return {h: (shares[h], basis[h].quantize(Decimal("0.0001"))) for h in shares}


def _symbol(snapshot: HouseholdSnapshot, security_id: SecurityId) -> str:
    found = snapshot.security_by_id.get(security_id)
    return found.symbol if found else str(security_id)


def _name(snapshot: HouseholdSnapshot, holding: Holding) -> str:
    account = snapshot.account_by_id.get(holding[0])
    return f"{account.name if account else holding[0]}, {_symbol(snapshot, holding[1])}"
