"""Whether the ledger and the brute-force engine say the same of a household, and where they don't."""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from brute_force import evaluate
from random_ledgers import random_household

from harvestdesk.domain.errors import HarvestError
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.washsale.facts import evaluate_facts

Json = Mapping[str, Any]

CENT = Fraction(1, 100)
MONEY_OF_SALE = ("quantity", "proceeds", "basis", "gain", "disallowed", "recognized")
MONEY_OF_LOT = ("quantity", "original_basis", "wash_added", "basis")


def policy_of(readings: Mapping[str, str]) -> WashPolicy:
    kinds = {name: type(value) for name, value in _fields(WashPolicy())}
    return WashPolicy(**{name: kinds[name](value) for name, value in readings.items()})


def _fields(policy: WashPolicy) -> list[tuple[str, Any]]:
    return [(name, getattr(policy, name)) for name in policy.__slots__]


def sale_key(row: Json) -> tuple[Any, ...]:
    names = ("sale", "lot", "account", "symbol", "acquired", "adjusted_acquired", "sold")
    return (
        *(row[n] for n in names), row["code"], row["term"], row["permanent"], row.get("kind"),
        row["replaced_by"],
    )  # fmt: skip


def lot_key(row: Json) -> tuple[Any, ...]:
    names = ("lot", "account", "symbol", "acquired", "adjusted_acquired", "is_replacement")
    return tuple(row[n] for n in names)


def sums(
    rows: Sequence[Json], key: Callable[[Json], tuple[Any, ...]], fields: Sequence[str]
) -> dict[tuple[Any, ...], list[Fraction]]:
    """Return the number of rows and the sums of `fields` by key: row splits may differ."""
    made: dict[tuple[Any, ...], list[Fraction]] = defaultdict(
        lambda: [Fraction(0)] * (1 + len(fields))
    )
    for row in rows:
        entry = made[key(row)]
        entry[0] += 1
        for at, name in enumerate(fields, 1):
            entry[at] += Fraction(row[name])
    return dict(made)


def differences(facts: Json, readings: Mapping[str, str]) -> list[str]:
    """Return what the two engines disagree about; empty: nothing."""
    exact = evaluate(facts, readings)
    found = evaluate_facts(facts, policy_of(readings))
    told: list[str] = []
    for part, key, fields in (
        ("sales", sale_key, MONEY_OF_SALE),
        ("lots", lot_key, MONEY_OF_LOT),
    ):
        want, got = sums(exact[part], key, fields), sums(found[part], key, fields)
        told += [f"{part}: only brute force has {k}" for k in want.keys() - got.keys()]
        told += [f"{part}: only the ledger has {k}" for k in got.keys() - want.keys()]
        for at in want.keys() & got.keys():
            rows = max(want[at][0], got[at][0])
            for name, a, b in zip(fields, want[at][1:], got[at][1:], strict=True):
                if abs(a - b) > CENT * rows:
                    told.append(f"{part}: {at} {name} {float(a)} against {float(b)}")
    for name, value in exact["totals"].items():
        if abs(value - Fraction(found["totals"][name])) > CENT:
            told.append(f"totals: {name} {float(value)} against {found['totals'][name]}")
    return told


def disagree(facts: Json, readings: Mapping[str, str]) -> bool:
    """Return whether the engines disagree about facts that both can read."""
    try:
        return bool(differences(facts, readings))
    except (ValueError, KeyError, ZeroDivisionError, HarvestError):
        return False


def smallest(facts: Json, readings: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts with every transaction left out that the disagreement doesn't need."""
    kept, at = list(facts["transactions"]), 0
    while at < len(kept):
        fewer = [*kept[:at], *kept[at + 1 :]]
        if disagree({**facts, "transactions": fewer}, readings):
            kept, at = fewer, 0
        else:
            at += 1
    return {**facts, "transactions": kept}


def report(seed: int, facts: Json, readings: Mapping[str, str]) -> str:
    small = smallest(facts, readings)
    rows = "\n".join(json.dumps(row) for row in small["transactions"])
    rest = json.dumps({k: v for k, v in small.items() if k != "transactions"})
    told = "\n".join(sorted(differences(small, readings)))
    return f"household {seed}, read as {dict(readings)}\n{rest}\n{rows}\n{told}"


def first_disagreement(first: int, count: int) -> str | None:
    """Return a report of the first household of a range the engines disagree about."""
    for seed in range(first, first + count):
        facts, readings = random_household(seed)
        if differences(facts, readings):
            return report(seed, facts, readings)
    return None


def main() -> None:
    """Run a range of households: `python tests/oracle/agreement.py 0 30000`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--most", type=int, default=5, help="disagreements to tell before stopping")
    asked = parser.parse_args()
    agreed, told = 0, 0
    for seed in range(asked.first, asked.first + asked.count):
        facts, readings = random_household(seed)
        if not differences(facts, readings):
            agreed += 1
            continue
        told += 1
        print(report(seed, facts, readings), flush=True)  # noqa: T201
        if told >= asked.most:
            break
    print(f"{agreed} households agreed, {told} did not")  # noqa: T201


if __name__ == "__main__":
    main()
