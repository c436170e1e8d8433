"""Exit codes and streams: 0 done, 2 bad input, 3 no plan, 1 a defect; stdout is for one document."""

import json
from pathlib import Path

import pytest

from harvestdesk.cli import main as cli_main
from harvestdesk.cli.main import main
from harvestdesk.cli.output import Output
from harvestdesk.domain.errors import BadInputError, CancelledError, NoPlanError
from harvestdesk.services.books import create_book


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HARVESTDESK_HOME", str(tmp_path / "home"))


def run(*argv):
    return main(
        [str(a) for a in argv], paper=lambda report, path: None, screens=lambda book, out: None
    )


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["lots"],
        ["plan"],
        ["plan", "harvest"],
        ["lots", "--household", "x", "--as-of", "yesterday"],
        ["plan", "harvest", "--household", "x", "--tracking-error", "-1"],
        ["plan", "harvest", "--household", "x", "--min-loss", "NaN"],
        ["plan", "harvest", "--household", "x", "--accept-disallowed", "-1"],
        ["plan", "harvest", "--household", "x", "--goal", "beauty"],
        ["lots", "--household", "nobody"],
        ["report", "worksheet", "--out", "x.docx"],
        ["report", "worksheet", "--out", "x.pdf"],
        ["evaluate-ledger", "nowhere.json"],
    ],
)
def test_bad_arguments_are_exit_code_2_with_words_and_no_output(argv, capsys):
    assert run(*argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["plan", "harvest", "--help"]])
def test_help_is_exit_code_0(argv, capsys):
    assert run(*argv) == 0
    assert "harvestdesk" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInputError("say this"), 2),
        (NoPlanError("say this"), 3),
        (CancelledError("say this"), 1),
        (RuntimeError("say this"), 1),
    ],
)
def test_failures_become_exit_codes(monkeypatch, capsys, tmp_path, error, code):
    def fail(run):
        raise error

    monkeypatch.setattr(cli_main.household, "list_books", lambda folder: fail(None))
    assert run("households", "--json") == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "say this" in said.err


def test_a_reader_who_leaves_early_is_no_defect(monkeypatch, capsys):
    def gone(folder):
        raise BrokenPipeError

    monkeypatch.setattr(cli_main.household, "list_books", gone)
    assert run("households") == 0


def test_households_lists_the_data_folder(capsys, tmp_path):
    create_book(tmp_path / "home" / "A.harvest", "Family A").close()
    assert run("households", "--json") == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["name"] == "Family A"
    assert Path(entry["path"]).name == "A.harvest"


def test_figures_stand_at_the_right_and_words_at_the_left(capsys):
    out = Output(as_json=False)
    out.table(("Name", "Value"), [("A", "1.00"), ("Long", "12.00")])
    assert capsys.readouterr().out.splitlines() == [
        "Name  Value", "----  -----", "A      1.00", "Long  12.00",
    ]  # fmt: skip


def test_with_json_words_for_a_person_go_to_stderr(capsys):
    out = Output(as_json=True)
    out.say("hello")
    out.document({"a": "ä"})
    said = capsys.readouterr()
    assert json.loads(said.out) == {"a": "ä"}
    assert said.err == "hello\n"


def test_no_document_holds_not_a_number():
    with pytest.raises(ValueError, match="JSON"):
        Output(as_json=True).document({"a": float("nan")})


FACTS = {
    "accounts": [{"id": "T", "name": "T", "type": "taxable", "owner": "self"}],
    "lot_method": "specific",
    "transactions": [
        {"id": "b1", "date": "2025-01-02", "type": "buy", "account": "T", "symbol": "ZZA",
         "quantity": "10", "total": "1000", "lot": "l1"},
        {"id": "s1", "date": "2025-03-03", "type": "sell", "account": "T", "symbol": "ZZA",
         "quantity": "10", "total": "800", "lots": [{"lot": "l1", "quantity": "10"}]},
        {"id": "b2", "date": "2025-03-10", "type": "buy", "account": "T", "symbol": "ZZA",
         "quantity": "10", "total": "820", "lot": "l2"},
    ],
}  # fmt: skip


def test_the_ledger_washes_a_loss_bought_back_within_thirty_days(tmp_path, capsys):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS))
    assert run("evaluate-ledger", path, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert [s["disallowed"] for s in result["sales"]] == ["200.00"]
    assert set(result) == {"sales", "lots", "totals", "by_year"}


def test_a_whole_case_is_taken_by_its_facts_and_a_screen_by_its_day(tmp_path, capsys):
    path = tmp_path / "case.json"
    facts = {**FACTS, "as_of": "2025-03-12", "prices": {"ZZA": "70"}}
    path.write_text(json.dumps({"facts": facts, "expected": {}}))
    assert run("evaluate-ledger", path, "--json") == 0
    assert set(json.loads(capsys.readouterr().out)) == {"harvestable", "blocking_purchases"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"facts": 3}', "{broken", "\x00"])
def test_facts_that_are_none_are_refused_with_the_file_name(tmp_path, capsys, text):
    path = tmp_path / "facts.json"
    path.write_text(text)
    assert run("evaluate-ledger", path) == 2
    assert "facts.json" in capsys.readouterr().err
