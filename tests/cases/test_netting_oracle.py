"""Schedule D netting and the income tax against the shared cases, field by field, through the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harvestdesk.cli.main import main

SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases"
Evaluate = Callable[[str, object], Any]


def cases(name: str) -> list[dict]:
    file = SHARED / name
    return json.loads(file.read_text(encoding="utf-8"))["cases"] if file.is_file() else []


NETTING, RETURNS = cases("netting_cases.json"), cases("ltcg_tax_cases.json")
absent = pytest.mark.skipif(not NETTING, reason="the shared material (../shared) is not here")


@pytest.fixture
def evaluate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Evaluate:
    def run(command: str, data: object) -> Any:
        path = tmp_path / "input.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        assert main([command, str(path), "--json"], paper=None, screens=None) == 0
        return json.loads(capsys.readouterr().out)

    return run


@absent
@pytest.mark.parametrize("case", NETTING, ids=lambda c: c["id"])
def test_netting_case(case: dict, evaluate: Evaluate) -> None:
    assert evaluate("evaluate-netting", case["input"]) == case["expected"]
    assert evaluate("evaluate-netting", case) == case["expected"]


@absent
@pytest.mark.parametrize("case", RETURNS, ids=lambda c: c["id"])
def test_income_tax_case(case: dict, evaluate: Evaluate) -> None:
    given = {key: case[key] for key in ("year", "filing_status", "input")}
    assert evaluate("evaluate-income-tax", given) == case["expected"]
    assert evaluate("evaluate-income-tax", case) == case["expected"]
