"""The sample tells the story it is meant to tell, and its files can be made again byte for byte."""

import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.assets import resource
from harvestdesk.domain.account import AccountType
from harvestdesk.domain.errors import BadInputError, Severity
from harvestdesk.domain.household import RateSource
from harvestdesk.domain.lock import LockKind
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.tax_year import ExternalKind
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.services.sample import build_sample
from harvestdesk.washsale.outlook import locks_on, lot_standings
from harvestdesk.washsale.year import year_results


@pytest.fixture
def snapshot(sample):
    return sample.snapshot()


def losses(snapshot, account_name):
    """Return lots at a loss of an account: symbol to (lot, loss)."""
    found = {}
    for lot in snapshot.lots:
        gain = lot.gain_at(snapshot.prices.get(lot.security_id).value)
        if snapshot.account_by_id[lot.account_id].name == account_name and gain < 0:
            found[snapshot.security_by_id[lot.security_id].symbol] = (lot, -gain)
    return found


def test_the_script_makes_the_files_of_the_repository(tmp_path):
    folder = resource("sample")
    command = [sys.executable, "-B", str(folder / "build_sample.py"), str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    made = sorted(p.name for p in tmp_path.iterdir())
    kept = sorted(p.name for p in folder.iterdir() if p.suffix in {".csv", ".xml"})
    assert made == kept
    for name in made:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_it_is_five_accounts_of_a_couple_marked_as_simulated(snapshot):
    assert snapshot.household.simulated
    assert "simulated" in snapshot.household.name
    assert snapshot.as_of == date(2025, 12, 5)
    assert [p.is_spouse for p in snapshot.people] == [False, True]
    assert Counter(a.type for a in snapshot.accounts) == Counter(
        [
            AccountType.JOINT,
            AccountType.TAXABLE,
            AccountType.TRADITIONAL_IRA,
            AccountType.ROTH_IRA,
            AccountType.PLAN_401K,
        ]
    )
    assert len(snapshot.securities) == 63
    assert 380 <= len(snapshot.lots) <= 420
    assert sum(1 for s in snapshot.securities if "(simulated)" in s.name) == 48


def test_the_direct_index_is_two_million_with_eighteen_loss_lots_six_of_them_blocked(snapshot):
    found = losses(snapshot, "Direct index")
    standings = lot_standings(snapshot)
    blocked = {s for s, (lot, _) in found.items() if standings[lot.id].blocked_shares == lot.shares}
    free = {s for s, (lot, _) in found.items() if standings[lot.id].free_shares == lot.shares}
    account = next(a for a in snapshot.accounts if a.name == "Direct index")
    value = sum(snapshot.value_of(lot) for lot in snapshot.lots if lot.account_id == account.id)
    assert (len(found), len(blocked), len(free)) == (18, 6, 12)
    assert sum(found[s][1] for s in free) == Decimal("71400.00")
    assert abs(value - 2_000_000) < 20_000


def test_the_joint_accounts_losses_are_each_spoiled_for_good(snapshot):
    found = losses(snapshot, "Rivera joint")
    standings = lot_standings(snapshot)
    causes = {s: standings[lot.id].cause for s, (lot, _) in found.items()}
    assert causes == {"VXUS": "recurring", "BNDX": "purchase"}
    assert all(standings[lot.id].permanent for lot, _ in found.values())
    assert all(standings[lot.id].free_shares == 0 for lot, _ in found.values())


def test_the_november_swap_locks_purchases(snapshot):
    (lock,) = [k for k in locks_on(snapshot) if k.kind is LockKind.BUY_LOCKED]
    assert [snapshot.security_by_id[s].symbol for s in lock.security_ids] == ["VWO"]
    assert lock.first_safe_day == date(2025, 12, 19)


def test_its_year_has_gains_a_deferred_loss_and_one_lost_for_good(snapshot):
    """Sold in the joint account: a loss moves into a lot of the direct index, one into the IRA's void."""
    year = year_results(snapshot, 2025)
    symbols = {s.id: s.symbol for s in snapshot.securities}
    found = defaultdict(Decimal)
    for row in year.slices:
        found[symbols[row.symbol], row.term.value] += row.recognized
    assert year.complete
    assert dict(found) == {
        ("VB", "long"): Decimal("10316.40"),
        ("BND", "short"): Decimal("-322.40832"),
        ("ZSIL", "short"): Decimal("-18.06"),
        ("IEFA", "short"): Decimal("2316.00"),
        ("VWO", "long"): Decimal("-2956.80"),
    }
    deferred = {symbols[r.symbol]: r.disallowed for r in year.slices if r.disallowed}
    assert deferred == {"BND": Decimal("93.59168"), "ZSIL": Decimal("764.54")}
    assert [symbols[r.symbol] for r in year.slices if r.permanent] == ["BND"]
    (lot,) = [lot for lot in snapshot.lots if lot.wash_added]
    assert (symbols[lot.security_id], lot.shares) == ("ZSIL", 127)
    assert snapshot.account_by_id[lot.account_id].name == "Direct index"
    assert lot.wash_added == Decimal("764.54")
    assert lot.adjusted_acquired_on < lot.acquired_on


def test_it_has_income_a_state_and_gains_outside_its_accounts(snapshot):
    tax = snapshot.household.tax
    assert tax.rate_source is RateSource.TABLES
    assert (tax.wages > 0, tax.state, snapshot.state_rules.code) == (True, "CA", "CA")
    assert snapshot.tax_year.year == 2025
    kinds = [(g.kind, g.on, g.probability) for g in snapshot.external_gains]
    assert kinds == [
        (ExternalKind.K1, date(2025, 12, 31), Decimal(1)),
        (ExternalKind.FUND_DISTRIBUTION, date(2025, 12, 31), Decimal("0.8")),
        (ExternalKind.PROPERTY, date(2026, 6, 30), Decimal("0.6")),
    ]
    assert [(c.from_year, c.points) for c in snapshot.law_changes] == [(2027, Decimal("0.05"))]


def test_it_holds_reinvestments_vests_and_expected_purchases(snapshot):
    kinds = Counter(t.type for t in snapshot.transactions)
    assert kinds[TransactionType.DRIP] > 30
    assert kinds[TransactionType.VEST] == 12
    assert kinds[TransactionType.RECURRING] > 20
    expected = {(s.type, s.confirmed) for s in snapshot.scheduled}
    assert (TransactionType.RECURRING, True) in expected
    assert (TransactionType.DRIP, False) in expected


def test_every_lot_is_dated_priced_and_has_a_basis(snapshot):
    for lot in snapshot.lots:
        assert lot.acquired_on is not None
        assert lot.cost_basis
        assert lot.source is not LotSource.POSITION
        assert snapshot.prices.get(lot.security_id).on == snapshot.as_of


def test_its_files_are_read_without_a_warning_and_small(tmp_path):
    shown = build_sample(tmp_path / "s.harvest")
    loud = [
        (f.path.name, p.described())
        for f in shown.files
        for p in f.problems
        if p.severity is not Severity.INFO
    ]
    assert loud == []
    assert {f.broker for f in shown.files} == {
        "harvestdesk",
        "schwab",
        "fidelity",
        "ibkr",
        "prices",
    }
    assert sum(f.path.stat().st_size for f in shown.files) < 1_500_000


def test_it_is_only_made_anew(sample_file):
    with pytest.raises(BadInputError, match="exists already"):
        build_sample(sample_file)
