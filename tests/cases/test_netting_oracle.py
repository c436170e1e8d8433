"""Schedule D netting and the carryover worksheet against the shared cases, line by line."""

import json
from pathlib import Path

import pytest

from harvestdesk.tax.netting_facts import evaluate_netting

FILE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "netting_cases.json"
CASES = json.loads(FILE.read_text(encoding="utf-8"))["cases"] if FILE.is_file() else []


@pytest.mark.skipif(not CASES, reason="the shared material (../shared) is not here")
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_netting_case(case: dict) -> None:
    found = evaluate_netting(case["input"])
    assert {key: found[key] for key in case["expected"]} == case["expected"]
