"""The documents of the command line hold exactly the fields docs/contract.md promises."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from harvestdesk.services.sample import build_sample

CONTRACT = (Path(__file__).resolve().parents[2] / "docs" / "contract.md").read_text(
    encoding="utf-8"
)


@pytest.fixture(scope="session")
def sample_book(tmp_path_factory) -> Path:
    """The sample household; looked at only."""
    path = tmp_path_factory.mktemp("contract") / "sample.harvest"
    build_sample(path)
    return path


def promised(name: str) -> set[str]:
    """Field names of a document that is a list of objects."""
    match = re.search(rf"^\*\*{name}\*\* `\[\{{(.*?)\}}\]`", CONTRACT, re.MULTILINE)
    assert match is not None
    return set(re.findall(r'"(\w+)"', match[1]))


def plan_block() -> str:
    match = re.search(r'```json\n(\{"schema": "harvestdesk.plan/1".*?)```', CONTRACT, re.DOTALL)
    assert match is not None
    return match[1]


def part(name: str, opening: str, closing: str) -> set[str]:
    """Field names of an object inside the plan."""
    block = plan_block()
    start = block.index(f'"{name}": {opening}') + len(f'"{name}": {opening}')
    inside = block[start : block.index(closing, start)]
    inside = re.sub(r"\{[^{}]*\}", "", inside)  # what is nested has a list of its own
    return set(re.findall(r'"(\w+)"(?=\s*[:,}\]]|$)', re.sub(r': "[^"]*"', ":", inside)))


def is_decimal(text: object) -> bool:
    return isinstance(text, str) and Decimal(text).is_finite()


def is_day(text: object) -> bool:
    return isinstance(text, str) and date.fromisoformat(text).isoformat() == text


@pytest.mark.parametrize("command", ["accounts", "lots", "wash-calendar"])
def test_lists_hold_the_promised_fields(desk, sample_book, command):
    rows = desk.json(command, "--household", sample_book)
    assert rows
    for row in rows:
        assert set(row) == promised(command)


def test_households_hold_the_promised_fields(desk, sample_book):
    (row,) = desk.json("households", "--folder", sample_book.parent)
    assert set(row) == promised("households")


def test_lots_are_told_in_exact_numbers(desk, sample_book):
    rows = desk.json("lots", "--household", sample_book)
    accounts = {a["id"] for a in desk.json("accounts", "--household", sample_book)}
    for row in rows:
        assert row["account"] in accounts
        assert is_day(row["acquired"])
        assert is_day(row["adjusted_acquired"])
        assert row["adjusted_acquired"] <= row["acquired"]
        for name in ("shares", "cost_basis", "wash_added", "adjusted_basis", "value", "price"):
            assert is_decimal(row[name]), name
        basis = Decimal(row["cost_basis"]) + Decimal(row["wash_added"])
        assert Decimal(row["adjusted_basis"]) == basis
        assert Decimal(row["unrealised_gain"]) == Decimal(row["value"]) - basis
        sheltered = row["status"] == "sheltered"
        term = "short" if row["days_to_long_term"] else "long"
        assert row["term"] == (None if sheltered else term)
        assert isinstance(row["gain_fraction"], float)
    assert {row["status"] for row in rows} <= {
        "sellable", "locked", "permanent", "gain", "sheltered", "unknown",
    }  # fmt: skip


def test_a_plan_holds_the_promised_fields(desk, sample_book):
    plan = desk.json("plan", "harvest", "--household", sample_book, "--dry-run")
    top = {
        "schema", "id", "kind", "as_of", "created_at", "household", "simulated", "stored", "status",
        "passed", "settings", "realised_loss", "tracking_error", "trades", "before", "after",
        "objective", "bound", "gap", "duals", "seconds", "solver", "solver_version", "risk_model",
        "locks", "checks", "kept", "ladder", "notices", "fingerprint", "engine_version",
    }  # fmt: skip
    assert set(plan) == top
    assert top <= set(re.findall(r'"(\w+)"', plan_block()))
    sells = [t for t in plan["trades"] if t["action"] == "sell"]
    buys = [t for t in plan["trades"] if t["action"] == "buy"]
    named = set(re.findall(r'"(\w+)"', plan_block()))
    assert sells
    assert buys
    for row in (*sells, *buys):
        assert set(row) <= named, set(row) - named
        assert row["reason"]["text"]
        assert is_decimal(row["shares"])
    assert {"lot", "gain", "term", "acquired", "reason"} <= set(sells[0])
    assert set(plan["before"]) == set(plan["after"]) == part("before", "{", "}")
    for name in ("locks", "checks", "kept", "notices"):
        assert plan[name], name
        assert set(plan[name][0]) == part(name, "[{", "}]") | (
            {"reason"} if name == "kept" else set()
        ), name
    assert all(check["passed"] for check in plan["checks"])
    assert isinstance(plan["gap"], float)
    assert isinstance(plan["duals"], dict)
    assert -sum(Decimal(t["gain"]) for t in sells) == Decimal(plan["realised_loss"])


def test_every_lot_is_sold_kept_or_sheltered(desk, sample_book):
    """No lot without a word: a trade's reason, or why it is kept."""
    plan = desk.json("plan", "harvest", "--household", sample_book, "--dry-run")
    told = {t["lot"] for t in plan["trades"] if t["action"] == "sell"}
    told |= {row["lot"] for row in plan["kept"] if row["reason"]["text"]}
    assert told == {row["lot"] for row in desk.json("lots", "--household", sample_book)}


def test_the_readable_form_says_the_same(desk, sample_book):
    rows = desk.json("lots", "--household", sample_book)
    assert desk.run("lots", "--household", sample_book) == 0
    assert len(desk.out.splitlines()) == len(rows) + 2
    assert all(row["symbol"] in desk.out for row in rows)
    plan = desk.json("plan", "harvest", "--household", sample_book, "--dry-run")
    assert desk.run("plan", "harvest", "--household", sample_book, "--dry-run") == 0
    assert f"{Decimal(plan['realised_loss']):,.2f}" in desk.out
