"""Wash-sale rules as short texts a tax person can read: given, sell, expect; one file for a rule."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from text_cases import TextCase, left_of, read_cases, sale_of

from harvestdesk.domain.wash_policy import DEFAULT_POLICY, WashPolicy
from harvestdesk.washsale.facts import evaluate_facts
from harvestdesk.washsale.screen import screen_facts

FILES = sorted((Path(__file__).parent / "washsale").glob("*.txt"))
CASES = [case for path in FILES for case in read_cases(path)]


def policy_of(case: TextCase) -> WashPolicy:
    names = {
        name: type(getattr(DEFAULT_POLICY, name))(value) for name, value in case.readings.items()
    }
    return WashPolicy(**names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_text_case(case: TextCase) -> None:
    if case.is_screen:
        check_screen(case)
        return
    result = evaluate_facts(case.facts, policy_of(case))
    assert case.sales == Counter(sale_of(row) for row in result["sales"])
    assert case.left == Counter(left_of(row) for row in result["lots"])
    for name, amount in case.totals.items():
        assert Decimal(result["totals"][name]) == amount, name
    for (year, name), amount in case.years.items():
        assert Decimal(result["by_year"][year][name]) == amount, (year, name)


def check_screen(case: TextCase) -> None:
    found = screen_facts(case.facts)
    assert found["blocking_purchases"] == case.blocks
    assert len(found["harvestable"]) == len(case.harvest)
    for want, got in zip(case.harvest, found["harvestable"], strict=True):
        assert want.items() <= got.items()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_names_its_authority(path: Path) -> None:
    heading = [x for x in path.read_text(encoding="utf-8").splitlines() if x.startswith("#")]
    assert re.search(r"§|Reg\.|Rev\. Rul\.|Pub\. 550|Notice|None", " ".join(heading[1:]))


def test_names_are_used_once() -> None:
    assert [n for n, times in Counter(c.name for c in CASES).items() if times > 1] == []


def test_every_topic_of_the_shared_cases_has_a_text_case(shared: Path) -> None:
    """The suite must be whole without the shared cases: nothing they ask goes unasked here."""
    wanted: dict[str, str] = {}
    for path in sorted((shared / "cases" / "wash").rglob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        flags = [*case["topics"], *case.get("policy_flags", ()), *(case.get("alternatives") or ())]
        for topic in flags:
            wanted.setdefault(topic, case["id"])
    told = {topic for case in CASES for topic in case.topics}
    assert {topic: name for topic, name in wanted.items() if topic not in told} == {}


def test_every_reading_of_the_law_has_a_text_case() -> None:
    told = {(name, value) for case in CASES for name, value in case.readings.items()}
    for name in WashPolicy.__slots__:
        default = getattr(DEFAULT_POLICY, name)
        for choice in type(default):
            if choice is not default and name not in {"identical", "same_day_order"}:
                assert (name, choice.value) in told, f"{name}={choice.value} has no text case"
