"""Substantially identical sets: which purchases can wash which loss sales (IRC §1091(a))."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harvestdesk.domain.ids import IdenticalSetId, SecurityId
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind

OWN_PREFIX = "own:"


def own_set(security_id: SecurityId) -> IdenticalSetId:
    """Return the id of the set of a security that is identical to nothing but itself."""
    return IdenticalSetId(f"{OWN_PREFIX}{security_id}")


@dataclass(frozen=True, slots=True)
class SetIndex:
    """Look-up between securities and their identical sets.

    A security named in no set is a set of its own; an option belongs to the set of its underlying.
    Where a security is named in two sets the first one holds.
    """

    _set_of: Mapping[SecurityId, IdenticalSetId] = field(default_factory=dict)
    _members: Mapping[IdenticalSetId, tuple[SecurityId, ...]] = field(default_factory=dict)
    _names: Mapping[IdenticalSetId, str] = field(default_factory=dict)
    _exempt: frozenset[SecurityId] = frozenset()

    @classmethod
    def of(
        cls, securities: Iterable[Security], identical_sets: Iterable[IdenticalSet]
    ) -> "SetIndex":
        """Build the index of a household."""
        known = tuple(securities)
        set_of: dict[SecurityId, IdenticalSetId] = {}
        names: dict[IdenticalSetId, str] = {}
        for group in identical_sets:
            names[group.id] = group.name
            for security_id in group.security_ids:
                set_of.setdefault(security_id, group.id)
        _place_securities(known, set_of, names)
        members: dict[IdenticalSetId, list[SecurityId]] = {}
        for security_id, set_id in set_of.items():
            members.setdefault(set_id, []).append(security_id)
        return cls(
            set_of,
            {set_id: tuple(sorted(ids)) for set_id, ids in members.items()},
            names,
            # Notice 2014-21: property, not stock or securities, so §1091 does not reach it. Money
            # market shares with a floating price are exempt by Rev. Proc. 2014-45.
            frozenset(
                s.id for s in known if s.kind in {SecurityKind.CRYPTO, SecurityKind.MONEY_MARKET}
            ),
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
        """True for what wash-sale law does not reach: crypto assets and money market funds."""
        return security_id in self._exempt


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
