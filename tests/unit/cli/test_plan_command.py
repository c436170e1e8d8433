"""`plan` for the whole household: options to settings, answers, conflicts, and the papers that follow."""

import json
import shutil
from decimal import Decimal

import pytest
from factories import household_plan

from harvestdesk.cli.main import main
from harvestdesk.domain.conflict import Conflict, ConflictError, RuleGive, RuleKind
from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.plan_settings import GroupKind, GroupLimit, PlanKind, Zone
from harvestdesk.services import plan_household, plans
from harvestdesk.services.books import open_book
from harvestdesk.services.context import AppContext
from harvestdesk.services.sample import build_sample

EVERY = (
    "--risk-aversion 25 --cost-rate 8 --ticket-cost 4.95 --te-limit 80 --tax-budget 0 --gain-budget 1000 "
    "--turnover 10% --keep-bands --zone to_half --min-trade 300 --max-trades 9 --max-volume 2 --piggy-back "
    "--location 0.5 --location-years 20 --after-tax --retirement-rate 24 --never-sell ZBYT --never-buy VOO "
    "--exclude BND --account account-000001 --account account-000002 --max-weight ZBYT=4% --min-weight ZBYT=1 "
    "--sector Energy=0:5% --class us_bond=10%:40%"
)


@pytest.fixture(scope="module")
def sample_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "sample.harvest"
    build_sample(path)
    return path


@pytest.fixture
def book(sample_file, tmp_path):
    path = tmp_path / "sample.harvest"
    shutil.copy(sample_file, path)
    return path


@pytest.fixture
def made(monkeypatch):
    """Stands in for the solver: settings asked for, and the plan that comes back."""
    asked = []

    def run(request, token=None, report=None):
        asked.append(request.settings)
        return household_plan(
            request.settings.kind,
            id=request.proposal_id,
            settings=request.settings,
            fingerprint=request.snapshot.fingerprint,
            sales=(), purchases=(), kept=(), locks=(), gifts=(), measures=None,
        )  # fmt: skip

    monkeypatch.setattr(plan_household, "run", run)
    return asked


def run(*argv):
    return main(
        [str(a) for a in argv], paper=lambda report, path: None, screens=lambda book, out: None
    )


def test_every_option_reaches_the_settings(book, made):
    assert run("plan", "rebalance", "--household", book, "--dry-run", *EVERY.split()) == 0
    (settings,) = made
    assert settings.risk_aversion == 25
    assert settings.cost_rate == Decimal("0.0008")
    assert settings.ticket_cost == Decimal("4.95")
    assert settings.tracking_error_bp == 80
    assert (settings.tax_budget, settings.gain_budget) == (0, 1000)
    assert settings.turnover == Decimal("0.1")
    assert (settings.keep_bands, settings.zone) == (True, Zone.TO_HALF)
    assert (settings.min_trade, settings.max_trades) == (300, 9)
    assert settings.max_volume_share == Decimal("0.02")
    assert settings.piggy_back
    assert (settings.location_weight, settings.location_years) == (Decimal("0.5"), 20)
    assert (settings.after_tax_view, settings.retirement_rate) == (True, Decimal("0.24"))
    assert settings.account_ids == ("account-000001", "account-000002")
    kinds = {limit.kind: limit for limit in settings.group_limits}
    assert kinds[GroupKind.SECTOR] == GroupLimit(GroupKind.SECTOR, "Energy", high=Decimal("0.05"))
    assert (kinds[GroupKind.ASSET_CLASS].low, kinds[GroupKind.ASSET_CLASS].high) == (
        Decimal("0.1"),
        Decimal("0.4"),
    )
    held = kinds[GroupKind.SECURITY]
    assert (held.low, held.high) == (Decimal("0.01"), Decimal("0.04"))
    assert settings.never_sell == (held.name,)
    assert len(settings.never_buy) == len(settings.excluded_security_ids) == 1


@pytest.mark.parametrize(
    ("job", "kind", "amount"),
    [
        ("invest --amount 8000 --into account-000001", PlanKind.INVEST, 8000),
        ("invest", PlanKind.INVEST, None),
        ("withdraw --amount 5000 --from account-000001", PlanKind.WITHDRAW, 5000),
        ("harvest-to --amount 9000 --short-only", PlanKind.HARVEST_TARGET, 9000),
        ("gains", PlanKind.GAIN_HARVEST, None),
        ("gift --amount 7000 --to Shelter", PlanKind.GIFT, 7000),
    ],
)
def test_each_job_has_its_word(book, made, job, kind, amount, capsys):
    assert run("plan", *job.split(), "--household", book, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["kind"] == kind.value
    assert document["stored"]
    (settings,) = made
    assert (settings.kind, settings.amount) == (kind, amount)
    assert settings.source_ids == (("account-000001",) if "account" in job else ())
    assert settings.short_only == ("--short-only" in job)
    assert settings.recipient == ("Shelter" if "Shelter" in job else "")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("withdraw", "--amount"),
        ("withdraw --amount 0", "--amount"),
        ("withdraw --amount 99999999", "--amount"),
        ("rebalance --turnover 150", "--turnover"),
        ("rebalance --sector Enrgy=0:5", "--sector"),
        ("rebalance --sector Energy=6:5", "--sector"),
        ("rebalance --sector Energy", "Energy=0:5%"),
        ("rebalance --class bonds=0:5", "--class"),
        ("rebalance --max-weight NOPE=5", "--max-weight"),
        ("rebalance --max-weight ZBYT=5 --max-weight ZBYT=6", "--max-weight"),
        ("rebalance --max-weight 5", "ABC=5%"),
        ("rebalance --never-sell NOPE", "--never-sell"),
        ("rebalance --account nowhere", "--account"),
        ("rebalance --location 2", "--location"),
        ("rebalance --max-trades 0", "--max-trades"),
        ("rebalance --zone round", "--zone"),
        ("withdraw --amount 50 --from nowhere", "--from"),
        ("gift --amount 50 --piggy-back", "--piggy-back"),
        ("harvest-to --amount 50 --turnover 0", "--turnover"),
        ("explain --lot nothing", "no such plan yet"),
    ],
)
def test_bad_input_names_the_option(book, options, named, capsys):
    assert run("plan", *options.split(), "--household", book) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert named in said.err


@pytest.mark.parametrize("as_json", [True, False])
def test_rules_in_conflict_are_exit_code_3_with_the_conflict(book, monkeypatch, capsys, as_json):
    error = ConflictError("No plan keeps every rule.")
    give = RuleGive(RuleKind.TURNOVER, "", 0.0, 0.05)
    error.conflict = Conflict((give,), (give,), ((RuleKind.LOCKS, ""),))

    def fail(request, token=None, report=None):
        raise error

    monkeypatch.setattr(plan_household, "run", fail)
    argv = ["plan", "rebalance", "--household", book, *(["--json"] if as_json else [])]
    assert run(*argv) == 3
    said = capsys.readouterr()
    assert "Turnover limit: 0.0% would have to be 5.0%." in said.err
    assert "They hold, but stand in the way" in said.err
    if not as_json:
        assert said.out == ""
        return
    document = json.loads(said.out)
    assert document["status"] == "infeasible"
    (together,) = document["conflict"]["together"]
    assert (together["rule"], together["needed"]) == ("turnover", 0.05)
    assert together["text"]
    assert document["conflict"]["beside"] == [{"rule": "locks", "name": ""}]
    with open_book(book, view_only=True) as stored:
        assert stored.proposal_ids() == ()


def test_no_plan_without_a_conflict_is_exit_code_3_too(book, monkeypatch, capsys):
    def fail(request, token=None, report=None):
        raise NoPlanError("No solver gave an answer.")

    monkeypatch.setattr(plan_household, "run", fail)
    assert run("plan", "rebalance", "--household", book, "--json") == 3
    assert json.loads(capsys.readouterr().out) == {"status": "infeasible", "conflict": None}


def test_a_plan_is_made_named_printed_ordered_and_repeated(book, capsys, tmp_path):
    """The real solver, from the options to the order file."""
    household = ("--household", book, "--json")
    assert run("plan", "withdraw", "--amount", 60000, *household) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["passed"]
    assert sum(Decimal(p["amount"]) for p in document["payouts"]) == 60000
    assert document["settings"]["amount"] == "60000.00"
    assert document["measures"]["turnover"] > 0
    assert all(t["reason"]["text"] for t in document["trades"])
    assert run("plan", "scenarios", "--save", f"A={document['id']}", *household) == 0
    (scenario,) = json.loads(capsys.readouterr().out)["scenarios"]
    assert (scenario["name"], scenario["stale"]) == ("A", False)
    assert run("plan", "scenarios", "--household", book) == 0
    assert "Raise a withdrawal" in capsys.readouterr().out
    sheet = tmp_path / "trades.csv"
    assert run("report", "trades", "--out", sheet, *household) == 0
    assert "Cash to pay out" in sheet.read_text(encoding="utf-8-sig")
    assert run("report", "worksheet", "--out", tmp_path / "w.csv", *household) == 2
    assert run("export-orders", "--format", "generic-csv", "--out", tmp_path, *household) == 2
    capsys.readouterr()
    named = ("--plan", document["id"], *household)
    assert run("export-orders", "--format", "generic-csv", "--out", tmp_path, *named) == 0
    orders = (tmp_path / json.loads(capsys.readouterr().out)["files"][0]).read_text("utf-8-sig")
    sides = [line for line in orders.splitlines() if "SELL" in line or "BUY" in line]
    assert sides
    assert run("plan", "repeat", *named) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True


def test_a_lot_sold_or_kept_otherwise_has_its_price(book, capsys):
    household = ("--household", book, "--json")
    assert run("plan", "withdraw", "--amount", 60000, *household) == 0
    document = json.loads(capsys.readouterr().out)
    sold = next(t["lot"] for t in document["trades"] if t["action"] == "sell")
    assert run("plan", "explain", "--lot", sold, *household) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["plan"], answer["lot"], answer["sold"]) == (document["id"], sold, True)
    assert answer["text"].startswith("Keeping this lot instead")
    with open_book(book, view_only=True) as stored:
        assert plans.latest(AppContext(stored)).id == document["id"]
