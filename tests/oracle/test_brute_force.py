"""The ledger against a second engine written from the law alone: shared cases, then random households."""

import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from agreement import (
    MONEY_OF_LOT,
    MONEY_OF_SALE,
    differences,
    disagree,
    first_disagreement,
    policy_of,
    smallest,
    sums,
)
from brute_force import evaluate, first_long_day
from random_ledgers import random_household

from harvestdesk.washsale.facts import ledger_facts
from harvestdesk.washsale.ledger import run_ledger

CENT = Fraction(1, 100)
IN_THE_SUITE = 2_000
NIGHTLY = 100_000
CHUNKS = 8


def shared_cases() -> list[Path]:
    folder = Path(__file__).resolve().parents[3] / "shared" / "cases" / "wash"
    return sorted(folder.rglob("*.json")) if folder.is_dir() else []


def readings(case: dict[str, Any]) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Return the expected result and those of other readings, each with its reading."""
    others = (case.get("alternatives") or {}).items()
    return [({}, case["expected"]), *((dict([name.split("=")]), made) for name, made in others)]


def check_rows(expected: dict[str, Any], found: dict[str, Any]) -> None:
    def sale_key(row: dict[str, Any]) -> tuple[Any, ...]:
        names = ("sale", "lot", "adjusted_acquired", "code", "term", "permanent")
        return (*(row[n] for n in names), row.get("kind"))

    def lot_key(row: dict[str, Any]) -> tuple[Any, ...]:
        open_date = row["lot"] in undated
        return (row["lot"], None if open_date else row["adjusted_acquired"], row["is_replacement"])

    # A date the source leaves open (the overlapping periods of Pub. 550's short sale).
    undated = {x["lot"] for x in expected["lots"] if x["adjusted_acquired"] is None}
    for part, key, fields in (("sales", sale_key, MONEY_OF_SALE), ("lots", lot_key, MONEY_OF_LOT)):
        want, got = sums(expected[part], key, fields), sums(found[part], key, fields)
        assert want.keys() == got.keys()
        for at, row in want.items():
            allowed = CENT * max(row[0], got[at][0])
            assert all(abs(a - b) <= allowed for a, b in zip(row[1:], got[at][1:], strict=True)), at
    for name, value in expected["totals"].items():
        assert abs(Fraction(value) - found["totals"][name]) <= CENT, name


@pytest.mark.skipif(not shared_cases(), reason="the shared material (../shared) is not here")
@pytest.mark.parametrize("path", shared_cases(), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_brute_force_does_the_shared_cases(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    if case["kind"] == "screen":
        pytest.skip("a screen asks about a day, not about a ledger")
    for reading, expected in readings(case):
        found = evaluate(case["facts"], reading)
        if "matches" not in expected:
            check_rows(expected, found)
            continue
        taken: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for row in found["sales"]:
            taken[row["lot"], row["sale"]] += row["quantity"]
        named = {(m["lot"], m["sale"]): Fraction(m["quantity"]) for m in expected["matches"]}
        assert taken == named


@pytest.mark.parametrize("part", range(CHUNKS))
def test_both_engines_agree_about_random_households(part: int) -> None:
    count = IN_THE_SUITE // CHUNKS
    told = first_disagreement(part * count, count)
    assert told is None, told


@pytest.mark.slow
@pytest.mark.parametrize("part", range(100))
def test_both_engines_agree_about_a_hundred_thousand_households(part: int) -> None:
    count = NIGHTLY // 100
    told = first_disagreement(IN_THE_SUITE + part * count, count)
    assert told is None, told


# --- the instruments themselves ---------------------------------------------------------------------


def test_random_households_exercise_the_rules() -> None:
    """The generator is worth something only if losses are washed, in every way there is."""
    met: dict[str, int] = defaultdict(int)
    for seed in range(400):
        facts, reading = random_household(seed)
        result = evaluate(facts, reading)
        kinds = {row["type"] for row in facts["transactions"]}
        for kind in kinds:
            met[kind] += 1
        washed = [row for row in result["sales"] if row["code"]]
        met["washed"] += bool(washed)
        met["permanent"] += any(row["permanent"] for row in washed)
        met["re-washed"] += any(row["acquired"] != row["adjusted_acquired"] for row in washed)
        met["gain"] += any(row["gain"] > 0 for row in result["sales"])
        met["long"] += any(row["term"] == "long" for row in result["sales"])
        met["roc excess"] += any(row.get("kind") for row in result["sales"])
        met["several pieces"] += len({r["sale"] for r in washed}) < len(washed)
    kinds = {"buy", "sell", "drip", "vest", "opening_lot", "transfer_in", "gift_in", "inherit"}
    wanted = kinds | {"split", "roc", "option_buy", "washed", "permanent", "re-washed", "gain"}
    wanted |= {"long", "roc excess", "several pieces"}
    assert {name for name in wanted if met[name] < 20} == set()
    assert met["washed"] > 200


def test_both_engines_conserve_dollars() -> None:
    """Recognised = proceeds - original basis of sold shares + deferred in open lots + lost for good."""
    for seed in range(300):
        facts, reading = random_household(seed)
        if any(row["type"] == "roc" for row in facts["transactions"]):
            continue  # a return of capital changes the original basis itself
        ours = run_ledger(ledger_facts(facts), policy_of(reading))
        result = evaluate(facts, reading)
        sales = result["sales"]
        deferred = result["totals"]["deferred_in_open_lots"]
        lost = result["totals"]["permanently_disallowed"]
        recognised = sum(row["recognized"] for row in sales)
        assert recognised == sum(row["proceeds"] - row["cost"] for row in sales) + deferred + lost
        realised = sum((s.proceeds - s.original_basis for s in ours.sales), Decimal(0))
        added = sum((x.wash_added for x in ours.lots), Decimal(0))
        gone = sum((s.disallowed for s in ours.sales if s.permanent), Decimal(0))
        assert sum((s.recognized for s in ours.sales), Decimal(0)) == realised + added + gone


def test_a_seed_always_gives_the_same_household() -> None:
    assert random_household(11) == random_household(11)
    assert random_household(11) != random_household(12)


def test_a_disagreement_is_told_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    import agreement

    def wrong(facts: dict[str, Any], policy: object) -> dict[str, Any]:
        """Forget that a purchase of the window washes a loss."""
        result = agreement_facts(facts, policy)
        for row in result["sales"]:
            row["disallowed"] = "0.00"
        return result

    agreement_facts = agreement.evaluate_facts
    seed = next(s for s in range(100) if evaluate(*random_household(s))["totals"]["disallowed"] > 1)
    facts, reading = random_household(seed)
    assert differences(facts, reading) == []
    monkeypatch.setattr(agreement, "evaluate_facts", wrong)
    assert disagree(facts, reading)
    small = smallest(facts, reading)
    assert 3 <= len(small["transactions"]) <= 5
    assert "disallowed" in "".join(differences(small, reading))


def test_a_year_is_counted_from_the_day_after() -> None:
    from datetime import date

    assert first_long_day(date(2023, 2, 28)) == date(2024, 3, 1)
    assert first_long_day(date(2024, 2, 29)) == date(2025, 3, 1)
    assert first_long_day(date(2024, 6, 14)) == date(2025, 6, 15)
