"""What a careless or hostile person types: exit code 2 with words, an empty stdout, and nothing changed."""

import hashlib
import json
import os
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import HouseholdId
from harvestdesk.services.books import create_book
from harvestdesk.services.clock import SystemClock
from harvestdesk.store.database import HouseholdBook

HEAD = "account,account_type,date,type,symbol,shares,amount\n"
LEDGER = HEAD + "J,taxable,2025-01-03,buy,AAA,10,1000\nJ,taxable,2025-02-03,buy,BBB,10,1000\n"
PRICES = "date,AAA,BBB\n2025-12-04,50,120\n2025-12-05,51,121\n"
DAY = date(2025, 12, 5)
AS_OF = ("--as-of", DAY.isoformat())


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is December 5, 2025 everywhere."""
    monkeypatch.setattr(SystemClock, "today", lambda self: DAY)


@pytest.fixture
def household(desk, tmp_path) -> Path:
    """Two lots, one with a loss, priced."""
    for name, text in (("ledger.csv", LEDGER), ("prices.csv", PRICES)):
        (tmp_path / name).write_text(text)
        desk.json("import", tmp_path / name, "--household", tmp_path / "h.harvest")
    return tmp_path / "h.harvest"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def commands(household: object, tmp_path: Path) -> list[tuple[object, ...]]:
    """Every command that takes a household."""
    where = ("--household", household)
    return [
        ("accounts", *where),
        ("lots", *where),
        ("wash-calendar", *where),
        ("check", *where),
        ("plan", "harvest", *where),
        ("plan", "harvest", "--dry-run", *where),
        ("report", "worksheet", "--out", tmp_path / "w.csv", *where),
        ("export-orders", "--format", "generic-csv", "--out", tmp_path / "orders", *where),
        ("backup", "--out", tmp_path / "copy.harvest", *where),
    ]


def refused(desk, *argv: object) -> str:
    """Run a command that must be refused, in both forms; return its words."""
    for form in (argv, (*argv, "--json")):
        assert desk.run(*form) == 2, (argv, desk.err)
        assert desk.out == ""
        assert desk.err.strip()
        assert "Traceback" not in desk.err
    return str(desk.err)


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()


def _view(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW v AS SELECT 1")
    connection.close()


SPOILED = {
    "newer": _newer,
    "foreign": _foreign,
    "tampered": _view,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:20000]),
    "torn": lambda path: path.write_bytes(
        path.read_bytes()[:9000] + b"\xa5" * 21000 + path.read_bytes()[30000:]
    ),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_file_that_is_no_household_is_refused_by_every_command(desk, household, tmp_path, spoil):
    spoil(household)
    before = digest(household)
    for argv in (
        *commands(household, tmp_path),
        ("import", tmp_path / "ledger.csv", "--household", household),
    ):
        assert household.name in refused(desk, *argv)
    assert digest(household) == before
    names = {p.name for p in tmp_path.iterdir()}
    assert names <= {"h.harvest", "ledger.csv", "prices.csv", "home"}


@pytest.mark.parametrize(
    "name",
    ["missing.harvest", "folder.harvest", "~nobody-of-that-name/x", "x" * 300, "", " ", "x\0y"],
)
def test_a_household_that_is_not_there_is_refused_by_every_command(desk, tmp_path, name):
    (tmp_path / "folder.harvest").mkdir()
    given = str(tmp_path / name) if name.endswith(".harvest") else name
    for argv in commands(given, tmp_path):
        refused(desk, *argv)


@pytest.mark.parametrize(
    "name",
    ["it's", 'a"b', "100%", "what?x=1", "a#b", "\U0001f33e spaces \u00fc", "-dash", "x;y&z"],
)
def test_any_name_a_file_can_have_will_do(desk, tmp_path, household, name):
    folder = tmp_path / f"folder {name}"
    path = folder / f"{name}.harvest"
    file = tmp_path / f"{name}.csv"
    file.write_text(LEDGER)
    desk.json("import", file, "--household", path)
    assert len(desk.json("lots", "--household", path, *AS_OF)) == 2
    plan = desk.json("plan", "harvest", "--household", path, *AS_OF)["id"]
    out = folder / f"{name}.csv"
    desk.json("report", "worksheet", "--plan", plan, "--household", path, "--out", out)
    assert out.stat().st_size
    copy = folder / "copy" / f"{name}.harvest"
    desk.json("backup", "--household", path, "--out", copy)
    desk.json("restore", copy, "--household", path)
    assert [p.name for p in folder.glob("*.harvest")] == [path.name]


@pytest.mark.parametrize(
    "day",
    [
        "", "today", "2025-02-30", "2025-12-5", "20251205", "2025-W49-5", "0001-01-01", "9999-12-31",
    ],
)  # fmt: skip
def test_a_day_that_is_none_is_refused(desk, household, day):
    for command in (("accounts",), ("lots",), ("wash-calendar",), ("plan", "harvest")):
        refused(desk, *command, "--household", household, "--as-of", day)


def test_there_is_no_plan_for_a_day_before_the_last_trade(desk, household):
    """The lots of that day are gone; a plan of today's lots at that day's prices would be wrong."""
    before = digest(household)
    said = refused(desk, "plan", "harvest", "--household", household, "--as-of", "2025-01-15")
    assert "2025-02-03" in said
    assert digest(household) == before
    assert desk.json("lots", "--household", household, "--as-of", "2025-01-15")
    assert "those of today" in desk.err
    desk.json("plan", "harvest", "--household", household, "--as-of", "2025-02-03", "--dry-run")
    desk.json("plan", "harvest", "--household", household, "--as-of", "2031-01-15", "--dry-run")


@pytest.mark.parametrize(
    "option",
    [
        ("--tracking-error", "1e400"), ("--tracking-error", "inf"), ("--tracking-error", "1,000"),
        ("--min-loss", "1e30"), ("--min-trade", "nan"), ("--account", "nobody"), ("--account", ""),
        ("--exclude", "NOPE"), ("--exclude", ""), ("--goal", "tax_value"), ("--bogus",), ("extra",),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(desk, household, option):
    before = digest(household)
    refused(desk, "plan", "harvest", "--household", household, *AS_OF, *option)
    assert digest(household) == before


@pytest.mark.parametrize("option", [("--min-loss", "1e12"), ("--tracking-error", "0")])
def test_options_at_their_ends_give_a_plan(desk, household, option):
    assert desk.json("plan", "harvest", "--household", household, *AS_OF, "--dry-run", *option)


def test_planning_twice_makes_two_plans(desk, household):
    ids = [desk.json("plan", "harvest", "--household", household, *AS_OF)["id"] for _ in range(2)]
    assert ids == ["plan-0001", "plan-0002"]


def test_orders_of_a_changed_household_are_refused(desk, household, tmp_path):
    desk.json(
        "plan", "harvest", "--household", household, *AS_OF, "--no-replace",
        "--tracking-error", "9999",
    )  # fmt: skip
    out = tmp_path / "orders"
    export = ("export-orders", "--household", household, "--format", "generic-csv", "--out", out)
    more = tmp_path / "more.csv"
    more.write_text(HEAD + "J,taxable,2025-12-04,buy,AAA,1,60\n")
    desk.json("import", more, "--household", household)
    assert "Plan again" in refused(desk, *export)
    assert not out.exists()
    with HouseholdBook.open(household) as book:
        book.undo()
    assert desk.json(*export)["files"]


def test_outputs_that_can_not_be_written_change_nothing(desk, household, tmp_path):
    desk.json("plan", "harvest", "--household", household, *AS_OF, "--no-replace", "--increase")
    before = digest(household)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to(household)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for out in (
        household, household / "w.csv", tmp_path / "link.csv", tmp_path / "folder.csv",
        tmp_path / "w.docx", tmp_path / ("w" * 300 + ".csv"), tmp_path / "loop" / "w.csv", "x\0.csv",
    ):  # fmt: skip
        refused(desk, "report", "worksheet", "--household", household, "--out", out)
    for out in (household, household / "o", tmp_path / ("o" * 300), tmp_path / "loop" / "o", ""):
        refused(
            desk, "export-orders", "--household", household, "--format", "generic-csv", "--out", out
        )
    for out in (household, household / "b", tmp_path, tmp_path / ("b" * 300)):
        refused(desk, "backup", "--household", household, "--out", out)
    copy = tmp_path / "copy.harvest"
    desk.json("backup", "--household", household, "--out", copy)
    for place in (tmp_path, household / "x.harvest", tmp_path / ("r" * 300 + ".harvest")):
        refused(desk, "restore", copy, "--household", place)
    for backup in (household, tmp_path, tmp_path / "none", tmp_path / "ledger.csv"):
        refused(desk, "restore", backup, "--household", household)
    for path in (household / "x.harvest", tmp_path / "loop" / "x.harvest"):
        refused(desk, "import", tmp_path / "ledger.csv", "--household", path)
    refused(desk, "households", "--folder", tmp_path / "none")
    assert digest(household) == before
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith((".hd-", ".copy-"))]


def test_the_demo_replaces_its_own_sample_and_nothing_else(desk, household, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    shutil.copy(household, own / "sample.harvest")
    before = digest(own / "sample.harvest")
    assert "not the sample" in refused(desk, "demo", "--no-screens", "--out", own)
    assert digest(own / "sample.harvest") == before
    refused(desk, "demo", "--no-screens", "--out", household)
    refused(desk, "demo", "--no-screens", "--out", "")


def test_an_empty_household_answers_every_question(desk, tmp_path):
    path = tmp_path / "empty.harvest"
    create_book(path, "Empty").close()
    for command in ("accounts", "lots", "wash-calendar"):
        assert desk.json(command, "--household", path) == []
        assert desk.run(command, "--household", path) == 0
    assert desk.json("check", "--household", path)["ok"] is True
    assert "import" in refused(desk, "plan", "harvest", "--household", path)
    said = refused(
        desk, "report", "worksheet", "--household", path, "--out", tmp_path / "w.csv"
    )  # fmt: skip
    assert "no year-end harvest yet" in said
    desk.json("report", "do-not-buy", "--household", path, "--out", tmp_path / "d.csv")


def test_a_household_without_prices_says_so(desk, tmp_path):
    path = tmp_path / "bare.harvest"
    (tmp_path / "ledger.csv").write_text(LEDGER)
    desk.json("import", tmp_path / "ledger.csv", "--household", path)
    lots = desk.json("lots", "--household", path, *AS_OF)
    assert [row["unrealised_gain"] for row in lots] == [None, None]
    plan = desk.json("plan", "harvest", "--household", path, *AS_OF)
    assert plan["trades"] == []
    assert any("No price" in n["text"] for n in plan["notices"])
    assert {k["reason"]["code"] for k in plan["kept"]} != {""}


def test_selling_more_than_is_known_names_account_symbol_and_line(desk, household, tmp_path):
    file = tmp_path / "sale.csv"
    file.write_text(HEAD + "J,taxable,2025-12-04,sell,BBB,25,100\n")
    (told,) = desk.json("import", file, "--household", household)["files"]
    (problem,) = told["problems"]
    assert problem["severity"] == "warning"
    assert problem["line"] == 2
    assert "15 more shares of BBB" in problem["message"]
    assert "in J" in problem["message"]


def test_a_row_that_can_not_be_used_names_line_and_field(desk, household, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text(
        HEAD + "J,taxable,2025-12-04,fly,BBB,25,100\nJ,taxable,2025-12-04,buy,BBB,many,100\n"
        "J,taxable,2099-12-04,buy,BBB,1,100\n"
    )
    (told,) = desk.json("import", file, "--household", household)["files"]
    assert [p["line"] for p in told["problems"]] == [2, 3, 4]
    assert [p["severity"] for p in told["problems"]] == ["error", "error", "warning"]
    assert told["problems"][0]["message"].startswith("column type: found")
    assert "column shares" in told["problems"][1]["message"]
    assert "in the future" in told["problems"][2]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "[" * 100_000, '{"transactions": 1}', '{"transactions": []}',
        '{"accounts": [1], "transactions": []}', '{"accounts": [{}], "transactions": []}',
        '{"accounts": [{"id": "a"}], "transactions": ["x"]}',
    ],
)  # fmt: skip
def test_facts_that_are_none_are_refused(desk, tmp_path, text):
    path = tmp_path / "facts.json"
    path.write_text(text)
    assert path.name in refused(desk, "evaluate-ledger", path)


def test_facts_may_begin_with_a_byte_order_mark(desk, tmp_path):
    path = tmp_path / "facts.json"
    path.write_text('{"accounts": [{"id": "a"}], "transactions": []}', encoding="utf-8-sig")
    assert desk.json("evaluate-ledger", path)["sales"] == []


def test_a_household_that_can_not_be_written_can_be_looked_at(desk, household, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    before = digest(household)
    assert desk.json("lots", "--household", household, *AS_OF)
    assert "--dry-run" in refused(desk, "plan", "harvest", "--household", household, *AS_OF)
    assert desk.json("plan", "harvest", "--household", household, *AS_OF, "--dry-run")
    assert digest(household) == before


def test_a_full_disk_while_a_household_is_made_is_bad_input(desk, tmp_path, monkeypatch):
    from harvestdesk.store.migrations import runner

    def full(step, broken):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(runner, "_refuse_broken", full)
    (tmp_path / "ledger.csv").write_text(LEDGER)
    path = tmp_path / "new.harvest"
    assert "no room" in refused(desk, "import", tmp_path / "ledger.csv", "--household", path)
    assert not path.exists()


def test_a_document_is_written_whole_or_not_at_all(desk, household, monkeypatch):
    """A number JSON has no form for is a defect, and half a document would hide it."""
    from harvestdesk.cli.commands import household as module

    monkeypatch.setattr(module, "lots_json", lambda view: [{"a": 1}, {"b": float("inf")}])
    assert desk.run("lots", "--household", household, "--json") == 1
    assert desk.out == ""


def test_a_stream_that_refuses_is_bad_input_not_a_defect(desk, household, monkeypatch):
    from harvestdesk.cli import output

    def full(self, value):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.Output, "document", full)
    assert desk.run("lots", "--household", household, "--json") == 2
    assert "disk is full" in desk.err
    assert json.dumps([]) not in desk.out


def test_a_new_household_is_made_with_its_folders(desk, tmp_path):
    path = tmp_path / "a" / "b" / "c.harvest"
    (tmp_path / "ledger.csv").write_text(LEDGER)
    desk.json("import", tmp_path / "ledger.csv", "--household", path)
    with HouseholdBook.open(path, view_only=True) as book:
        assert book.household() == Household(
            HouseholdId("household-1"), "c", tax=book.household().tax
        )
