"""Which events run together: those of one identical set, and of sets that shares pass between."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from harvestdesk.domain.wash_policy import IdenticalReading, WashPolicy
from harvestdesk.washsale.events import Event, Exchange, SpinOff, Split
from harvestdesk.washsale.judgement import Judgement

Numbered = tuple[int, Event]


class Joined:
    """Sets that were made one: union-find over their names."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        """Return the name that stands for all sets joined with `name`."""
        root = name
        while (above := self._parent.get(root)) is not None:
            root = above
        while name != root:
            self._parent[name], name = root, self._parent[name]
        return root

    def join(self, one: str, other: str) -> None:
        """Make two sets one."""
        first, second = self.root(one), self.root(other)
        if first != second:
            self._parent[second] = first


class Identity:
    """Which symbols are one identical set, changes of symbol taken into account."""

    def __init__(self, judgement: Judgement, policy: WashPolicy, events: Sequence[Event]) -> None:
        self._judgement = judgement
        self._joined = Joined()
        strict = policy.identical is IdenticalReading.STRICT
        for event in events:
            # Pub. 550: stock of predecessor and successor in a reorganization may be identical; a new
            # symbol alone changes nothing.
            if isinstance(event, Exchange) and (event.same or strict):
                self._joined.join(
                    judgement.set_of(event.symbol), judgement.set_of(event.new_symbol)
                )

    def set_of(self, symbol: str) -> str:
        """Return the identical set of a symbol."""
        return self._joined.root(self._judgement.set_of(symbol))

    def same(self, one: str, other: str) -> bool:
        """True if two symbols are substantially identical."""
        return one == other or self.set_of(one) == self.set_of(other)


def grouped(events: Sequence[Event], identity: Identity) -> list[tuple[list[Numbered], bool]]:
    """Return the events of each run with their positions, and whether it holds several sets."""
    set_of: dict[str, str] = {}
    by_set: dict[str, list[Numbered]] = defaultdict(list)
    together = Joined()
    several: set[str] = set()
    for number, event in enumerate(events):
        name = set_of.get(event.symbol)
        if name is None:
            name = set_of[event.symbol] = identity.set_of(event.symbol)
        by_set[name].append((number, event))
        if isinstance(event, (SpinOff, Exchange)):
            several |= {name, identity.set_of(event.new_symbol)}
            together.join(name, identity.set_of(event.new_symbol))
    runs: dict[str, list[Numbered]] = {}
    for name, rows in by_set.items():
        runs.setdefault(together.root(name), []).extend(rows)
    joined = {together.root(name) for name in several}
    return [
        (sorted(rows, key=lambda row: row[0]), True) if name in joined else (rows, False)
        for name, rows in runs.items()
    ]


class Scales:
    """How many shares a share becomes by splits and exchanges between two events."""

    def __init__(self, events: Sequence[Numbered], same: Callable[[str, str], bool]) -> None:
        self._steps: list[tuple[int, str, Fraction, str]] = []
        seen: set[tuple[date, str, Fraction, str]] = set()
        for number, event in events:
            if isinstance(event, Split):
                becomes = event.symbol
            elif isinstance(event, Exchange) and same(event.symbol, event.new_symbol):
                becomes = event.new_symbol
            else:
                continue
            # The same split is reported by every account that holds the shares; one that names no account
            # is told once.
            step = (event.on, event.symbol, event.ratio, becomes)
            if event.account is None or step not in seen:
                seen.add(step)
                self._steps.append((number, *step[1:]))

    def between(self, symbol: str, after: int, until: int) -> tuple[int, int]:
        """Return numerator and denominator of what a share at event `after` is at event `until`."""
        if not self._steps:
            return 1, 1
        factor = Fraction(1)
        for number, name, ratio, becomes in self._steps:
            if after < number < until and name == symbol:
                factor *= ratio
                symbol = becomes
        return factor.numerator, factor.denominator
