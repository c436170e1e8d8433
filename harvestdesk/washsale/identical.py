"""Substantially identical sets: which purchases can wash which loss sales (IRC §1091(a))."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harvestdesk.domain.ids import IdenticalSetId, SecurityId
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.wash_policy import (
    DEFAULT_POLICY,
    CryptoRule,
    IdenticalReading,
    WashPolicy,
)

OWN_PREFIX = "own:"
_FUNDS = frozenset({SecurityKind.ETF, SecurityKind.MUTUAL_FUND})


def own_set(security_id: SecurityId) -> IdenticalSetId:
    """Return the id of the set of a security that is identical to nothing but itself."""
    return IdenticalSetId(f"{OWN_PREFIX}{security_id}")


@dataclass(frozen=True, slots=True)
class SetIndex:
    """Look-up between securities and their identical sets.

    A security named in no set is a set of its own; an option belongs to the set of its underlying.
    Where a security is named in two sets the first one holds. Under the strict reading the sets of funds
    that track the same index are one.
    """

    _set_of: Mapping[SecurityId, IdenticalSetId] = field(default_factory=dict)
    _members: Mapping[IdenticalSetId, tuple[SecurityId, ...]] = field(default_factory=dict)
    _names: Mapping[IdenticalSetId, str] = field(default_factory=dict)
    _exempt: frozenset[SecurityId] = frozenset()

    @classmethod
    def of(
        cls,
        securities: Iterable[Security],
        identical_sets: Iterable[IdenticalSet],
        policy: WashPolicy = DEFAULT_POLICY,
    ) -> "SetIndex":
        """Build the index of a household under its reading of the law."""
        known = tuple(securities)
        set_of: dict[SecurityId, IdenticalSetId] = {}
        names: dict[IdenticalSetId, str] = {}
        for group in identical_sets:
            names[group.id] = group.name
            for security_id in group.security_ids:
                set_of.setdefault(security_id, group.id)
        _place_securities(known, set_of, names)
        if policy.identical is IdenticalReading.STRICT:
            _join_by_index(known, set_of, names)
        members: dict[IdenticalSetId, list[SecurityId]] = {}
        for security_id, set_id in set_of.items():
            members.setdefault(set_id, []).append(security_id)
        return cls(
            set_of,
            {set_id: tuple(sorted(ids)) for set_id, ids in members.items()},
            names,
            frozenset(s.id for s in known if s.kind in _exempt_kinds(policy)),
        )

    @classmethod
    def of_snapshot(
        cls, snapshot: HouseholdSnapshot, policy: WashPolicy | None = None
    ) -> "SetIndex":
        """Build the index of a household; without a policy of the caller's its own holds."""
        return cls.of(
            snapshot.securities, snapshot.identical_sets, policy or snapshot.household.wash
        )

    def set_of(self, security_id: SecurityId) -> IdenticalSetId:
        """Return the identical set of a security."""
        return self._set_of.get(security_id, own_set(security_id))

    def members(self, set_id: IdenticalSetId) -> tuple[SecurityId, ...]:
        """Return the securities of a set, in id order."""
        found = self._members.get(set_id)
        if found is None and set_id.startswith(OWN_PREFIX):
            return (SecurityId(set_id.removeprefix(OWN_PREFIX)),)
        return found or ()

    def name(self, set_id: IdenticalSetId) -> str:
        """Return the name of a set: the symbol where it is a single security."""
        return self._names.get(set_id, set_id.removeprefix(OWN_PREFIX))

    def exempt(self, security_id: SecurityId) -> bool:
        """True for what wash-sale law does not reach: money market funds and, as usually read, crypto."""
        return security_id in self._exempt


def _exempt_kinds(policy: WashPolicy) -> frozenset[SecurityKind]:
    # Money market shares with a floating price are exempt by Rev. Proc. 2014-45.
    exempt = {SecurityKind.MONEY_MARKET}
    if policy.crypto is CryptoRule.EXEMPT:
        # Notice 2014-21: property, not stock or securities, so §1091 does not reach it.
        exempt.add(SecurityKind.CRYPTO)
    return frozenset(exempt)


def _join_by_index(
    known: tuple[Security, ...],
    set_of: dict[SecurityId, IdenticalSetId],
    names: dict[IdenticalSetId, str],
) -> None:
    """Make one set of all sets that hold a fund tracking the same index; named sets keep their id."""
    joined: dict[IdenticalSetId, IdenticalSetId] = {}

    def root(set_id: IdenticalSetId) -> IdenticalSetId:
        while set_id in joined:
            set_id = joined[set_id]
        return set_id

    first_of: dict[str, IdenticalSetId] = {}
    for security in known:
        index_name = tracked_index_key(security.tracked_index)
        if security.kind not in _FUNDS or not index_name:
            continue
        mine = root(set_of[security.id])
        other = root(first_of.setdefault(index_name, mine))
        if other != mine:
            if other.startswith(OWN_PREFIX) and not mine.startswith(OWN_PREFIX):
                other, mine = mine, other
            joined[mine] = other
            if other.startswith(OWN_PREFIX):
                names[other] = security.tracked_index.strip()
    for security_id, set_id in set_of.items():
        set_of[security_id] = root(set_id)


def tracked_index_key(name: str) -> str:
    """Return the name of an index as it is compared: case and spacing don't matter."""
    return " ".join(name.casefold().split())


def _place_securities(
    known: tuple[Security, ...],
    set_of: dict[SecurityId, IdenticalSetId],
    names: dict[IdenticalSetId, str],
) -> None:
    """Give every security its set: its own, or that of the underlying for an option."""
    by_id = {s.id: s for s in known}
    for security in known:
        underlying = security.underlying_id
        home = security.id if underlying is None else underlying
        if security.id not in set_of:
            set_of[security.id] = set_of.get(home, own_set(home))
        named = by_id.get(home, security)
        names.setdefault(set_of[security.id], named.symbol)
