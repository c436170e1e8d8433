"""From brokers' files to paper and orders, as a person does it on the command line."""

import json
import shutil
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from harvestdesk.assets import resource
from harvestdesk.cli.main import main

AS_OF = ("--as-of", "2025-12-05")


@pytest.fixture(scope="session")
def imported(tmp_path_factory):
    """A household made once by importing the sample's files, in their order."""
    folder = resource("sample")
    path = tmp_path_factory.mktemp("imported") / "family.harvest"
    facts = tomllib.loads((folder / "household.toml").read_text())
    files = [str(folder / name) for name in facts["files"]]
    nothing = {"paper": lambda report, out: None, "screens": lambda book, out: None}
    assert main(["import", *files, "--household", str(path)], **nothing) == 0
    return path


@pytest.fixture
def household(imported, tmp_path):
    """A copy of it of the test's own."""
    return Path(shutil.copy(imported, tmp_path / "family.harvest"))


def test_importing_makes_the_household_and_counts_rows(desk, sample_folder, tmp_path):
    path = tmp_path / "new.harvest"
    document = desk.json(
        "import", sample_folder / "accounts.csv", sample_folder / "ibkr-flex-simulated.xml",
        "--household", path,
    )  # fmt: skip
    assert "Made a new household" in desk.err
    accounts, flex = document["files"]
    assert (accounts["broker"], accounts["kind"]) == ("harvestdesk", "accounts")
    assert (flex["broker"], flex["kind"]) == ("ibkr", "flex")
    for f in document["files"]:
        assert f["imported"] + f["skipped_duplicates"] <= f["rows"]
        assert set(f) == {
            "path", "broker", "kind", "rows", "imported", "skipped_duplicates", "problems",
        }  # fmt: skip
    assert [a["name"] for a in desk.json("accounts", "--household", path)][1] == "Direct index"


def test_import_plan_report_and_orders(desk, household, tmp_path):
    accounts = desk.json("accounts", "--household", household, *AS_OF)
    assert [a["type"] for a in accounts] == ["joint", "taxable", "ira", "roth_ira", "401k"]
    assert all(isinstance(a["value"], str) for a in accounts)
    index = next(a for a in accounts if a["name"] == "Direct index")

    lots = desk.json("lots", "--household", household, *AS_OF, "--account", index["id"])
    losing = [row for row in lots if row["unrealised_gain"].startswith("-")]
    assert len(losing) == 18
    assert sum(row["status"] == "sellable" for row in losing) == 12

    plan = desk.json("plan", "harvest", "--household", household, *AS_OF)
    assert (plan["passed"], plan["stored"], plan["realised_loss"]) == (True, True, "71400.00")
    sells = [t for t in plan["trades"] if t["action"] == "sell"]
    assert len(sells) == 12
    assert plan["tracking_error"] <= 0.0035
    assert plan["bound"] >= plan["objective"] * (1 - 1e-6)

    for kind in ("worksheet", "do-not-buy", "lot-instructions"):
        where = ("--household", household, "--plan", plan["id"])
        assert desk.run("report", kind, *where, "--out", tmp_path / f"{kind}.pdf") == 0
        assert desk.run("report", kind, *where, "--out", tmp_path / f"{kind}.csv") == 0
        assert (tmp_path / f"{kind}.csv").stat().st_size > 200
    assert set(desk.papers) == {"worksheet.pdf", "do-not-buy.pdf", "lot-instructions.pdf"}

    written = desk.json(
        "export-orders", "--household", household, "--plan", plan["id"],
        "--format", "ibkr-basket", "--out", tmp_path / "orders",
    )  # fmt: skip
    (sheet,) = [Path(p) for p in written["files"] if "lot-instructions" in p]
    lots_named = sheet.read_text(encoding="utf-8-sig")
    assert all(f"Sell {sale['shares']} {sale['symbol']}" in lots_named for sale in sells)
    text = "".join(Path(path).read_text(encoding="utf-8") for path in written["files"])
    assert sum(line.startswith("SELL,") for line in text.splitlines()) == 12
    for sale in sells:
        assert f"SELL,{sale['shares']},{sale['symbol']}," in text


def test_an_account_nothing_is_known_of__plan_paper_and_orders_say_so(desk, household, tmp_path):
    where = ("--household", household)
    known = desk.json("plan", "harvest", *where, *AS_OF)
    assert "coverage_incomplete" not in {n["code"] for n in known["notices"]}
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(
        "account,name,type,owner,custodian,number_tail,relief,reinvests,fractional,cash,cash_on\n"
        "Old employer plan,Old employer plan,401k,Alex Rivera,other,,fifo,no,no,,\n"
    )
    desk.json("import", accounts, *where)
    plan = desk.json("plan", "harvest", *where, *AS_OF)
    assert plan["passed"] is True
    (notice,) = [n for n in plan["notices"] if n["code"] == "coverage_incomplete"]
    assert notice["severity"] == "warning"
    assert notice["facts"]["uncovered"] == "Old employer plan (2025-11-05 to 2025-12-04)"
    sells = [t for t in plan["trades"] if t["action"] == "sell"]
    assert notice["facts"]["sales"] == notice["facts"]["of_sales"] == str(len(sells))
    for sale in sells:
        assert sale["reason"]["facts"]["evidence"] == "coverage_incomplete"
        assert "Coverage incomplete: " in sale["reason"]["text"]
    for kind in ("worksheet", "do-not-buy"):
        assert desk.run("report", kind, *where, "--out", tmp_path / f"{kind}.csv") == 0
        assert "Old employer plan (November 5, 2025" in (tmp_path / f"{kind}.csv").read_text()
    written = desk.json(
        "export-orders", *where, "--format", "generic-csv", "--out", tmp_path / "orders"
    )
    assert written["files"]
    assert desk.err.strip() == notice["text"]


def test_a_stored_plan_is_worked_out_again_from_its_own_inputs(desk, household, sample_folder):
    plan = desk.json("plan", "harvest", "--household", household, *AS_OF)
    desk.json("import", sample_folder / "class-targets.csv", "--household", household)
    answer = desk.json("plan", "repeat", "--household", household)
    assert answer == {"plan": plan["id"], "same": True, "fingerprint": plan["fingerprint"]}
    assert desk.run("plan", "repeat", "--household", household, "--plan", "plan-0099") == 2
    assert plan["id"] in desk.err


def test_importing_the_same_files_twice_is_importing_them_once(desk, household, sample_folder):
    before = desk.json("lots", "--household", household, *AS_OF)
    files = sorted(p for p in sample_folder.iterdir() if p.suffix in {".csv", ".xml"})
    again = desk.json("import", *files, "--household", household)
    assert sum(f["imported"] for f in again["files"]) == 0
    assert desk.json("lots", "--household", household, *AS_OF) == before


def test_a_dry_run_writes_nothing(desk, household, sample_folder, tmp_path):
    before = household.read_bytes()
    plan = desk.json("plan", "harvest", "--household", household, *AS_OF, "--dry-run")
    assert plan["stored"] is False
    file = tmp_path / "more.csv"
    file.write_text("account,date,type,symbol,shares,amount\nNew,2025-03-03,buy,ZZA,1,10\n")
    shown = desk.json("import", file, "--household", household, "--dry-run")
    assert (shown["dry_run"], shown["files"][0]["imported"]) == (True, 1)
    assert household.read_bytes() == before
    assert desk.json("import", file, "--household", tmp_path / "no.harvest", "--dry-run")
    assert not (tmp_path / "no.harvest").exists()


def test_options_shape_the_plan(desk, household):
    def plan(*options):
        return desk.json("plan", "harvest", "--household", household, *AS_OF, "--dry-run", *options)

    without = plan("--exclude", "ZBYT")
    assert "ZBYT" not in {t["symbol"] for t in without["trades"]}
    assert Decimal(without["realised_loss"]) < 71400
    large = plan("--min-loss", "5000")
    assert all(-Decimal(t["gain"]) >= 5000 for t in large["trades"] if t["action"] == "sell")
    tight = plan("--tracking-error", "18")
    assert tight["tracking_error"] <= 0.0018
    assert 0 < Decimal(tight["realised_loss"]) < 71400
    assert tight["ladder"]
    more = plan("--tracking-error", "30", "--increase")
    assert more["tracking_error"] - more["before"]["tracking_error"] <= 0.0030
    accepting = plan("--accept-disallowed", "5")
    assert accepting["settings"]["max_disallowed_percent"] == "5"
    # Every lock of the sample is as large as its lot, or an IRA's: there is nothing to accept.
    assert (accepting["realised_loss"], accepting["passed"]) == ("71400.00", True)
    assert {t["disallowed"] for t in accepting["trades"] if t["action"] == "sell"} == {"0.00"}
    bare = plan("--no-replace", "--tracking-error", "500")
    assert not [t for t in bare["trades"] if t["action"] == "buy"]


def test_the_wash_calendar_is_a_list_of_locks(desk, household):
    rows = desk.json("wash-calendar", "--household", household, *AS_OF)
    wanted = {
        "identical_set", "symbols", "kind", "first_day", "last_day", "first_safe_day", "cause",
        "accounts", "shares",
    }  # fmt: skip
    assert all(wanted <= set(row) for row in rows)
    assert {row["kind"] for row in rows} == {"buy_locked", "loss_sale_locked"}
    swap = next(row for row in rows if row["kind"] == "buy_locked")
    assert (swap["symbols"], swap["first_safe_day"]) == (["VWO"], "2025-12-19")


def test_check_backup_and_restore(desk, household, tmp_path):
    report = desk.json("check", "--household", household)
    assert report["ok"] is True
    copy = tmp_path / "copy.harvest"
    assert desk.json("backup", "--household", household, "--out", copy)["backup"] == str(copy)
    desk.json("plan", "harvest", "--household", household, *AS_OF)
    desk.json("restore", copy, "--household", household)
    assert (
        desk.run("report", "worksheet", "--household", household, "--out", tmp_path / "w.pdf") == 2
    )


def test_bad_files_leave_the_household_as_it_was(desk, household, tmp_path):
    before = household.read_bytes()
    bad = tmp_path / "broken.csv"
    for content in (b"", b"\x00\x01\x02" * 100, b"hello\nworld\n"):
        bad.write_bytes(content)
        assert desk.run("import", bad, "--household", household, "--json") == 2
        assert "broken.csv" in desk.err
        assert desk.out == ""
    assert household.read_bytes() == before


def test_a_bad_file_makes_no_household(desk, tmp_path):
    bad = tmp_path / "broken.csv"
    bad.write_bytes(b"hello\nworld\n")
    assert desk.run("import", bad, "--household", tmp_path / "new.harvest") == 2
    assert not (tmp_path / "new.harvest").exists()


def test_a_foreign_file_is_refused_unchanged(desk, tmp_path):
    foreign = tmp_path / "foreign.harvest"
    foreign.write_bytes(b"SQLite format 3\x00" + b"\x00" * 4000)
    before = foreign.read_bytes()
    assert desk.run("lots", "--household", foreign) == 2
    assert foreign.read_bytes() == before


def test_a_plan_is_found_without_naming_its_household(desk, household, tmp_path):
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    desk.json("plan", "harvest", "--household", household, *AS_OF)
    household.rename(home / "family.harvest")
    assert desk.run("report", "worksheet", "--plan", "plan-0001", "--out", tmp_path / "w.csv") == 0
    assert desk.run("report", "worksheet", "--plan", "plan-0009", "--out", tmp_path / "x.csv") == 2
    assert "--household" in desk.err


def test_the_demo_does_the_whole_job(desk, tmp_path):
    out = tmp_path / "demo"
    assert desk.run("demo", "--out", out) == 0
    assert "71,400.00" in desk.out
    assert "January 5, 2026" in desk.out
    assert "simulated" in desk.out
    names = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}
    assert {
        "sample.harvest", "worksheet.pdf", "lot-instructions.pdf", "do-not-buy.pdf", "plan.json",
        "screens/lots.png",
    } <= names  # fmt: skip
    assert any(n.startswith("orders/ibkr-basket/") for n in names)
    plan = json.loads((out / "plan.json").read_text())
    assert (plan["passed"], plan["realised_loss"]) == (True, "71400.00")
    assert desk.papers["worksheet.pdf"].simulated
    again = desk.json("demo", "--out", out, "--no-screens")
    assert again["realised_loss"] == "71400.00"
