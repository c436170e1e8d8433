"""Starter relations for securities the household holds: same-index funds, and what to buy instead.

Both are judgements, not law; they are only added for securities that have no relation of that sort yet,
so nothing a person decided is overwritten.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from harvestdesk.domain.ids import IdenticalSetId, SecurityId
from harvestdesk.domain.relations import IdenticalSet, Replacement
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.services.importing.classify import read_toml

_FUNDS = frozenset({SecurityKind.ETF, SecurityKind.MUTUAL_FUND})
SAME_INDEX = (
    "Funds that track the same index are treated as substantially identical (household rule)."
)


def identical_starters(
    securities: Iterable[Security], existing: Sequence[IdenticalSet]
) -> tuple[IdenticalSet, ...]:
    """Return the sets with same-index funds added: new sets, or members of a starter set already there."""
    taken = {member for s in existing for member in s.security_ids}
    by_index: dict[str, list[SecurityId]] = defaultdict(list)
    for security in sorted(securities, key=lambda s: s.symbol):
        if security.kind in _FUNDS and security.tracked_index:
            by_index[security.tracked_index].append(security.id)
    sets = {s.id: s for s in existing}
    for index, members in sorted(by_index.items()):
        set_id = IdenticalSetId(f"index:{index}")
        old = sets.get(set_id)
        free = tuple(m for m in members if m not in taken)
        joined = (*(old.security_ids if old else ()), *free)
        if free and len(joined) >= 2:
            sets[set_id] = IdenticalSet(set_id, f"{index} funds", joined, SAME_INDEX)
    return tuple(sets.values())


def replacement_starters(
    securities: Iterable[Security],
    existing: Sequence[Replacement],
    identical: Sequence[IdenticalSet],
) -> tuple[Replacement, ...]:
    """Return the replacements with the starter pairs added whose funds both are in the household."""
    by_symbol = {s.symbol: s.id for s in securities}
    has_some = {r.security_id for r in existing}
    set_of = {member: s.id for s in identical for member in s.security_ids}
    added: list[Replacement] = []
    for row in read_toml("starter_pairs.toml")["pair"]:
        sold, bought = by_symbol.get(row["sold"]), by_symbol.get(row["bought"])
        if sold is None or bought is None or sold in has_some:
            continue
        if set_of.get(sold, sold) == set_of.get(bought, bought):
            continue
        rank = 1 + sum(r.security_id == sold for r in added)
        added.append(
            Replacement(sold, bought, rank, Decimal(row["hurdle_bp"]), note=str(row["note"]))
        )
    return (*existing, *added)
