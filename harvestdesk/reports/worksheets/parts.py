"""Parts that several worksheets share: heads, names of accounts and securities, lots in order."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES, Account
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import LotSale, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.figures import count, day, long_day

TERM_NAMES = {Term.SHORT: "Short", Term.LONG: "Long"}

DISCLAIMER = (
    "Prepared from the broker data, prices and tax rates entered in this file; not tax, legal or investment "
    "advice. Losses are those at the prices shown, fills will differ. The wash-sale check covers the accounts "
    "in this file: purchases by you, your spouse, your IRAs or companies you control elsewhere count too "
    "(IRC §1091; Rev. Rul. 2008-5; Pub. 550). What is substantially identical is a judgement; this plan uses "
    "the sets listed in the household."
)


def symbol_of(snapshot: HouseholdSnapshot, security_id: SecurityId) -> str:
    """Return the symbol of a security, or its id where it is not known."""
    security = snapshot.security_by_id.get(security_id)
    return security.symbol if security else str(security_id)


def symbols_of(snapshot: HouseholdSnapshot, security_ids: Iterable[SecurityId]) -> str:
    """Return symbols joined by commas, each once."""
    return ", ".join(dict.fromkeys(symbol_of(snapshot, s) for s in security_ids))


def account_name(snapshot: HouseholdSnapshot, account_id: AccountId) -> str:
    """Return an account's name with the tail of its number."""
    account = snapshot.account_by_id.get(account_id)
    return _named(account) if account else str(account_id)


def account_label(snapshot: HouseholdSnapshot, account_id: AccountId) -> str:
    """Return an account's name, tail and registration."""
    account = snapshot.account_by_id.get(account_id)
    return f"{_named(account)}, {ACCOUNT_TYPE_NAMES[account.type]}" if account else str(account_id)


def by_account(
    snapshot: HouseholdSnapshot, sales: Iterable[LotSale]
) -> list[tuple[AccountId, list[LotSale]]]:
    """Return sales by account in the household's order, then by symbol, date and lot."""
    groups: dict[AccountId, list[LotSale]] = {}
    for sale in sales:
        groups.setdefault(sale.account_id, []).append(sale)
    order = {account.id: n for n, account in enumerate(snapshot.accounts)}
    for group in groups.values():
        group.sort(key=lambda s: (symbol_of(snapshot, s.security_id), s.acquired_on, s.lot_id))
    return sorted(groups.items(), key=lambda item: order.get(item[0], len(order)))


def by_symbol(snapshot: HouseholdSnapshot, sales: Sequence[LotSale]) -> list[list[LotSale]]:
    """Return the sales of one account as orders: one list for each security."""
    groups: dict[SecurityId, list[LotSale]] = {}
    for sale in sales:
        groups.setdefault(sale.security_id, []).append(sale)
    return sorted(groups.values(), key=lambda g: symbol_of(snapshot, g[0].security_id))


def loss_of(sales: Iterable[LotSale], term: Term | None = None) -> Decimal:
    """Return the loss that counts in dollars, positive, of all sales or those of one term."""
    return -sum((s.recognized for s in sales if term is None or s.term is term), ZERO)


def broker_lot_refs(snapshot: HouseholdSnapshot, lot_id: LotId) -> str:
    """Return the broker's own id of a lot, or a dash."""
    lot = snapshot.lot_by_id.get(lot_id)
    return lot.broker_ref or "—" if lot else "—"


def price_dates(dates: Iterable[date]) -> str:
    """Return the days of the prices used: one day, or the span."""
    known = sorted(set(dates))
    if not known:
        return "none used"
    if len(known) == 1:
        return f"{day(known[0])} (last known on or before the as-of date)"
    return f"{day(known[0])} to {day(known[-1])}; {count(len(known), 'date')}, see the lots"


def head(proposal: Proposal, snapshot: HouseholdSnapshot) -> tuple[tuple[str, str], ...]:
    """Return the facts at the head of every sheet of a plan."""
    household = snapshot.household
    used = [s.price_on for s in proposal.sales] + [p.price_on for p in proposal.purchases]
    used += [x.price_on for x in proposal.gifts]
    rows = [
        ("Household", household_line(snapshot)),
        ("As of", long_day(proposal.as_of)),
        ("Prices of", price_dates(used)),
        ("Plan", f"{proposal.id}, made {_moment(proposal.created_at)}"),
        ("Engine", f"HarvestDesk {proposal.engine_version}; {_solver(proposal)}"),
    ]
    if household.simulated:
        rows.append(("Data", "SIMULATED: invented household, lots and prices. Do not trade on it."))
    return tuple(rows)


def household_line(snapshot: HouseholdSnapshot) -> str:
    """Return the household's name and what of it is in the file."""
    taxable = sum(account.type.is_taxable for account in snapshot.accounts)
    return (
        f"{snapshot.household.name}; {count(len(snapshot.accounts), 'account')}, {taxable} taxable"
    )


def running_head(snapshot: HouseholdSnapshot) -> str:
    """Return the line at the top of each page."""
    return f"{snapshot.household.name}  ·  as of {long_day(snapshot.as_of)}"


def footer(proposal: Proposal) -> str:
    """Return the line at the foot of each page: enough to find the plan again."""
    return f"Plan {proposal.id}  ·  facts {proposal.fingerprint[:12]}"


def _named(account: Account) -> str:
    return f"{account.name} …{account.number_tail}" if account.number_tail else account.name


def _moment(text: str) -> str:
    """Return an ISO moment as a person writes it, or the text as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    zone = moment.strftime("%z")
    offset = "" if zone in {"", "+0000"} else f"{zone[:3]}:{zone[3:5]}"
    return f"{day(moment.date())} {moment:%H:%M}" + (f" UTC{offset}" if zone else "")


def _solver(proposal: Proposal) -> str:
    solver = proposal.solver
    return f"{solver.solver} {solver.solver_version}, {solver.status}".strip()
