"""`evaluate-netting` and `evaluate-income-tax`: answers, streams and exit codes."""

import json
from pathlib import Path

import pytest

from harvestdesk.cli.main import main

YEAR = {
    "filing_status": "mfs", "short_term_net": "-4000", "long_term_net": "1000",
    "carryover_in_short": "0", "carryover_in_long": "0",
    "taxable_income_without_capital_items": "73900",
}  # fmt: skip
RETURN = {"year": 2026, "filing_status": "mfs",
          "input": {"wages": 90000, "short_term_net": -4000, "long_term_net": 1000}}  # fmt: skip


def run(command: str, path: Path) -> int:
    return main([command, str(path), "--json"], paper=None, screens=None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "input.json"


def test_netting__input_alone_or_in_a_case(file: Path, capsys) -> None:
    answers = []
    for data in (YEAR, {"id": "x", "input": YEAR, "expected": {}}):
        file.write_text(json.dumps(data), encoding="utf-8")
        assert run("evaluate-netting", file) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0]["capital_loss_deduction_line21"] == "1500.00"
    assert answers[0]["carryover_out_short"] == "1500.00"


def test_income_tax__numbers_as_json_numbers(file: Path, capsys) -> None:
    file.write_text(json.dumps(RETURN), encoding="utf-8")
    assert run("evaluate-income-tax", file) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "agi": 88500, "taxable_income": 72400, "at_0": 0, "at_15": 0, "at_20": 0,
        "income_tax": 10640.0, "niit": 0.0,
    }  # fmt: skip
    # Whole dollars as whole numbers, taxes always with a point, as in the cases.
    assert {k for k, v in found.items() if isinstance(v, float)} == {"income_tax", "niit"}


@pytest.mark.parametrize(
    ("command", "text", "words"),
    [
        ("evaluate-netting", "{", "not JSON"),
        ("evaluate-netting", "[1]", "no object"),
        ("evaluate-netting", '{"input": 3}', "field input"),
        ("evaluate-netting", "{}", "field filing_status"),
        (
            "evaluate-netting",
            json.dumps(YEAR | {"short_term_net": "1e400"}),
            "field short_term_net",
        ),
        ("evaluate-netting", json.dumps(YEAR | {"long_term_net": None}), "field long_term_net"),
        (
            "evaluate-netting",
            json.dumps(YEAR | {"carryover_in_long": "-5"}),
            "field carryover_in_long",
        ),
        ("evaluate-netting", '{"filing_status": "single"}', "field short_term_net: missing"),
        ("evaluate-income-tax", "{}", "field input"),
        ("evaluate-income-tax", '{"input": {}, "filing_status": "mfj"}', "field year"),
        ("evaluate-income-tax", '{"input": {"wages": 1e999}}', "field"),
    ],
)
def test_bad_input__is_exit_code_2_and_named(
    command: str, text: str, words: str, file: Path, capsys
) -> None:
    file.write_text(text, encoding="utf-8")
    assert run(command, file) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
