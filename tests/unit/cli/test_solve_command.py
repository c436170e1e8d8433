"""`harvestdesk-cli solve`: one document out, exit codes of the contract."""

import json

import pytest
from engine_books import book

from harvestdesk.cli.main import main


@pytest.fixture
def solve(tmp_path, capsys):
    def run(document: object, *more: str):
        path = tmp_path / "problem.json"
        text = document if isinstance(document, str) else json.dumps(document)
        path.write_text(text, encoding="utf-8")
        code = main(["solve", str(path), *more], paper=None, screens=None)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_problem_is_answered(solve) -> None:
    code, out, err = solve(book(), "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["status"] == "optimal"
    assert answer["gap"] <= 5e-4
    assert answer["trades"]


def test_for_a_person_it_is_a_table(solve) -> None:
    code, out, _ = solve(book())
    assert code == 0
    assert "of the best possible" in out
    assert "sell" in out


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (book(mode="guess"), "field mode"),
        ("{", "not JSON"),
        ('{"schema": 1, "schema": 2}', "field schema: it is there twice"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "expected an object"),
        ('{"schema": "harvestdesk.problem/1", "as_of": NaN}', "field as_of"),
    ],
)
def test_bad_input_is_exit_code_2(solve, document, words) -> None:
    code, out, err = solve(document, "--json")
    assert (code, out) == (2, "")
    assert words in err


def test_no_plan_is_exit_code_3_and_names_the_rules(solve) -> None:
    code, out, err = solve(book(limits={"gain_budget": -0.9}), "--json")
    assert (code, out) == (3, "")
    assert "limits.gain_budget" in err
