"""Which account and which security of the household each row of a broker's file is of."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harvestdesk.domain.account import Account
from harvestdesk.domain.errors import BadInputError, Problem, Severity
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import CENT, ZERO
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.importers.closed_lots.batch import ClosedLot, ClosedLotBatch
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.services.importing.mapping import NEW, AccountMapping, map_accounts
from harvestdesk.services.reconciling.sides import Stated

_WORD = re.compile(r"[a-z0-9]+")
_FILLER = frozenset(
    {"inc", "corp", "corporation", "company", "co", "com", "plc", "ltd", "the", "etf", "fund", "fd", "tr", "trust"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """One file with its rows placed.

    Attributes:
        repeated: rows that a file before it holds too, and that are not among `rows`.
    """

    path: Path
    batch: ClosedLotBatch
    rows: tuple[Stated, ...]
    accounts: tuple[AccountId, ...]
    problems: tuple[Problem, ...]
    repeated: int = 0


def place_files(
    snapshot: HouseholdSnapshot,
    files: Sequence[tuple[Path, ClosedLotBatch]],
    account_id: AccountId | None,
) -> tuple[PlacedFile, ...]:
    """Return the files with every row's account and security.

    Raises:
        BadInputError: when a file is of no account of the household, or does not say of which.
    """
    mappings, _ = map_accounts(
        [batch.statement for _, batch in files], snapshot.accounts, snapshot.people, {}
    )
    names = SecurityNames(snapshot.securities)
    placed = []
    for number, (path, batch) in enumerate(files):
        route = {
            m.key: _account_of(snapshot, path, m, account_id) for m in mappings if m.file == number
        }
        placed.append(_placed(snapshot, names, path, batch, route))
    return _without_repeats(placed)


def _account_of(
    snapshot: HouseholdSnapshot, path: Path, mapping: AccountMapping, given: AccountId | None
) -> AccountId:
    known = ", ".join(f"{a.id} ({a.name})" for a in snapshot.accounts) or "none yet"
    if given is not None:
        if given not in snapshot.account_by_id:
            raise BadInputError(
                f"There is no account {given}. Expected one of: {known}.", code="reconcile.account"
            )
        return given
    if AccountId(mapping.key) in snapshot.account_by_id:
        return AccountId(mapping.key)  # our own table may name an account by its id
    found = mapping.account_id
    named = mapping.parsed.name or mapping.parsed.number_tail
    known_account = None if found is None else snapshot.account_by_id.get(AccountId(found))
    # Brokers report no sales of an IRA: a file that names no account isn't taken for one of its.
    guessed_wrong = not named and known_account is not None and not known_account.type.is_taxable
    if found is None or found.startswith(NEW) or guessed_wrong:
        taxable = ", ".join(f"{a.id} ({a.name})" for a in snapshot.accounts if a.type.is_taxable)
        what = f"its account {mapping.label} is not in this household" if named else (
            "it does not say which account it is of"
        )  # fmt: skip
        raise BadInputError(
            f"{path.name}: {what}. Expected --account with one of: {taxable or 'none yet'}.",
            code="reconcile.account",
        )
    return found


def _placed(
    snapshot: HouseholdSnapshot,
    names: "SecurityNames",
    path: Path,
    batch: ClosedLotBatch,
    route: Mapping[str, AccountId],
) -> PlacedFile:
    rows: list[Stated] = []
    sheltered: dict[AccountId, list[ClosedLot]] = defaultdict(list)
    for lot in batch.lots:
        account = snapshot.account_by_id[route[lot.account_key]]
        if account.type.is_taxable:
            key, symbol = names.find(lot)
            rows.append(Stated(lot, path.name, account.id, key, symbol))
        else:
            sheltered[account.id].append(lot)
    used = dict.fromkeys(route[lot.account_key] for lot in batch.lots)
    said = tuple(_sheltered(snapshot.account_by_id[a], lots) for a, lots in sheltered.items())
    return PlacedFile(path, batch, tuple(rows), tuple(used), (*batch.problems, *said))


def _sheltered(account: Account, lots: Sequence[ClosedLot]) -> Problem:
    return Problem(
        Severity.WARNING,
        f"{account.name} is tax-advantaged: sales in it are not reported, so its {len(lots)} rows were "
        "not compared",
        lots[0].line,
        code="account.sheltered",
    )


def _without_repeats(files: Iterable[PlacedFile]) -> tuple[PlacedFile, ...]:
    """Leave out rows an earlier file holds already: two downloads may overlap, one file never repeats."""
    seen: Counter[object] = Counter()
    kept = []
    for file in files:
        own: Counter[object] = Counter()
        rows = []
        for row in file.rows:
            key = _same_lot(row)
            own[key] += 1
            if own[key] > seen[key]:
                rows.append(row)
        seen |= own
        kept.append(replace(file, rows=tuple(rows), repeated=len(file.rows) - len(rows)))
    return tuple(kept)


def _same_lot(row: Stated) -> object:
    lot = row.lot
    return row.account_id, row.key, lot.sold, lot.acquired, lot.shares, lot.proceeds, lot.basis


class SecurityNames:
    """Finds a household's security by symbol, CUSIP or name."""

    def __init__(self, securities: Iterable[Security]) -> None:
        self._by_symbol: dict[str, Security] = {}
        self._by_cusip: dict[str, Security] = {}
        self._by_name: dict[tuple[str, ...], list[Security]] = defaultdict(list)
        for security in securities:
            self._by_symbol[_bare(security.symbol)] = security
            if security.cusip:
                self._by_cusip[security.cusip.upper()] = security
            if security.name:
                self._by_name[_words(security.name)].append(security)

    def find(self, lot: ClosedLot) -> tuple[str, str]:
        """Return (key, symbol) of a lot's security; the key of an unknown one starts with `?`."""
        found = self._by_symbol.get(_bare(lot.symbol)) if lot.symbol else None
        found = found or self._by_cusip.get(lot.cusip or "-")
        if found is None and not lot.symbol:
            named = self._by_name.get(_words(lot.name), [])
            found = named[0] if len(named) == 1 else None
        if found is not None:
            return found.id, found.symbol
        words = lot.symbol or lot.cusip or lot.name or "security"
        return f"?{words}", words


def _bare(symbol: str) -> str:
    return "".join(c for c in symbol.upper() if c.isalnum())


def _words(name: str) -> tuple[str, ...]:
    return tuple(w for w in _WORD.findall(name.lower()) if w not in _FILLER)


def recognised_by_sale(
    rows: Sequence[Stated], ours: Sequence[TaxSale], snapshot: HouseholdSnapshot
) -> tuple[Stated, ...]:
    """Return the rows, those of unnamed securities given the one security that was sold just so.

    That is: in this account, on this day, this many shares for these proceeds, and no other one.
    """
    groups: dict[tuple[str, str, object], list[Stated]] = defaultdict(list)
    for row in rows:
        if row.security_id is None and not row.lot.symbol:
            groups[row.account_id, row.key, row.lot.sold].append(row)
    sales: dict[tuple[str, object], dict[str, list[TaxSale]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for sale in ours:
        sales[sale.account_id, sale.sold_on][sale.security_id].append(sale)
    found: dict[int, Stated] = {}
    for (account, _, sold), group in groups.items():
        fitting = [
            key for key, sold_rows in sales[account, sold].items() if _fits(group, sold_rows)
        ]
        if len(fitting) == 1:
            security = next(s for s in snapshot.securities if s.id == fitting[0])
            found |= {
                id(row): replace(row, key=security.id, symbol=security.symbol) for row in group
            }
    return tuple(found.get(id(row), row) for row in rows)


def _fits(rows: Sequence[Stated], ours: Sequence[TaxSale]) -> bool:
    shares = sum((r.lot.shares for r in rows), ZERO)
    proceeds = sum((r.lot.proceeds for r in rows), ZERO)
    sold = sum((s.proceeds for s in ours), ZERO)
    return shares == sum((s.shares for s in ours), ZERO) and abs(proceeds - sold) <= CENT * (
        len(rows) + len(ours)
    )
