"""Own CSV with account rules and outside holdings, and volumes of a price history, from file to undo."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.changes import Touched
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.money import rounded
from harvestdesk.domain.security import AssetClass, SecurityKind
from harvestdesk.services.check import check
from harvestdesk.services.import_statements import confirm, preview
from harvestdesk.services.importing.plan_facts import fresh_volumes
from harvestdesk.services.outside_holdings import OutsideEntry, save_outside_holdings

ACCOUNTS = (
    "account,name,type",
    "joint,Rivera joint,joint",
    "plan,Workplace plan,401k",
)
RULES = "account,role,menu,cash_min,cash_reserve,cash_max"
OUTSIDE = "holding,value,symbol,name,asset_class,sector"


@pytest.fixture
def take_in(ctx, file):
    """Import lines as a file; returns the preview and the changes."""

    def take(name, *lines):
        shown = preview(ctx, [file(name, *lines)])
        return shown, confirm(ctx, shown)

    return take


@pytest.fixture
def house(ctx, take_in):
    """A household of two accounts."""
    take_in("accounts.csv", *ACCOUNTS)
    return ctx


def symbols(ctx, ids):
    known = ctx.snapshot().security_by_id
    return [known[s].symbol for s in ids]


def test_rules__come_in_as_one_step_with_the_funds_of_the_menu(house, take_in):
    before = house.snapshot()
    shown, changes = take_in(
        "rules.csv",
        RULES,
        "Rivera joint,first,,500,1500,9000",
        "Workplace plan,,QVTI;QBND,,,",
    )
    assert (shown.files[0].kind, shown.files[0].new_rows) == ("account_rules", 2)
    assert {s.symbol for s in shown.new_securities} == {"QVTI", "QBND"}
    assert changes.has(Touched.ACCOUNTS)
    joint, plan = house.snapshot().accounts
    rules = house.snapshot().rule_of
    assert rules[joint.id] == AccountRule(
        joint.id, AccountRole.FIRST, (), Decimal(500), Decimal(1500), Decimal(9000)
    )
    assert symbols(house, rules[plan.id].menu) == ["QVTI", "QBND"]
    assert not check(house).findings
    house.book.undo()
    assert house.snapshot().fingerprint == before.fingerprint


def test_rules__a_row_is_the_whole_rule_of_its_account_and_others_stay(house, take_in):
    take_in("rules.csv", RULES, "Rivera joint,first,,500,,", "Workplace plan,never,,,,")
    shown, changes = take_in("again.csv", RULES, "Rivera joint,first,,500,,")
    assert (shown.files[0].new_rows, shown.files[0].duplicates, changes.step) == (0, 1, 0)
    take_in("next.csv", "account,role", "Rivera joint,normal")
    _, plan = house.snapshot().accounts
    assert house.snapshot().account_rules == (AccountRule(plan.id, AccountRole.NEVER),)


def test_rules__go_with_the_short_names_of_an_accounts_table_beside_them(ctx, file):
    files = [file("accounts.csv", *ACCOUNTS), file("rules.csv", RULES, "plan,never,,,,")]
    confirm(ctx, preview(ctx, files))
    plan = ctx.snapshot().accounts[1]
    assert ctx.snapshot().rule_of[plan.id].role is AccountRole.NEVER


def test_rules__for_an_account_nobody_knows_are_a_question_not_a_new_account(house, file):
    shown = preview(house, [file("rules.csv", RULES, "Rivra joint,first,,,,")])
    assert shown.new_accounts == ()
    assert [m.key for m in shown.open_questions] == ["Rivra joint"]
    with pytest.raises(BadInputError):
        confirm(house, shown)


def test_outside__comes_in_as_one_step_with_what_it_is(house, take_in):
    before = house.snapshot().fingerprint
    shown, changes = take_in(
        "outside.csv",
        OUTSIDE,
        "Vested stock,95000.5,ZACM,Acme,us_equity,Energy",
        "Rental house,410000,,,real_estate,",
    )
    assert (shown.files[0].kind, shown.files[0].new_rows) == ("outside", 2)
    assert changes.touched == Touched.OUTSIDE | Touched.SECURITIES | Touched.TRANSACTIONS
    seen = house.snapshot()
    assert [(h.note, h.value) for h in seen.outside] == [
        ("Vested stock", Decimal("95000.5")),
        ("Rental house", Decimal(410000)),
    ]
    acme, rental = (seen.security_by_id[h.security_id] for h in seen.outside)
    assert (acme.symbol, acme.sector) == ("ZACM", "Energy")
    assert (rental.symbol, rental.asset_class, rental.kind) == (
        "RENTAL HOUSE", AssetClass.REAL_ESTATE, SecurityKind.OTHER,
    )  # fmt: skip
    assert seen.total_value() == 0
    house.book.undo()
    assert house.snapshot().fingerprint == before


def test_outside__a_row_of_the_same_words_and_security_brings_a_value_up_to_date(house, take_in):
    rows = ("Plan,100,QVTI,,,", "Plan,50,QBND,,,", "Plan,7,QVTI,,,")
    take_in("outside.csv", OUTSIDE, *rows)
    ids = [h.id for h in house.snapshot().outside]
    assert take_in("same.csv", OUTSIDE, *rows)[1].step == 0
    shown, _ = take_in("next.csv", OUTSIDE, "Plan,120,QVTI,,,", "Cabin,5,,,real_estate,")
    assert shown.files[0].new_rows == 2
    seen = house.snapshot().outside
    assert [h.id for h in seen[:3]] == ids
    assert [h.value for h in seen] == [120, 50, 7, 5]


def test_outside__what_the_window_described_is_found_again(house, take_in):
    entry = OutsideEntry(Decimal(9), name="Cabin by a lake", note="Cabin by a lake")
    save_outside_holdings(house, [entry])
    count = len(house.snapshot().securities)
    take_in("outside.csv", OUTSIDE, "Cabin by a lake,10,,,real_estate,")
    assert len(house.snapshot().securities) == count
    assert [h.value for h in house.snapshot().outside] == [10]


# --- volumes -------------------------------------------------------------------------------------------


def trading_days(count: int, last: date = date(2025, 12, 5)) -> list[date]:
    days = (last - timedelta(days=n) for n in range(2 * count))
    return sorted([d for d in days if d.weekday() < 5][:count])


def history(days, volume=lambda n: 1000 + n):
    rows = (f"{d},QVTI,{100 + n % 7},{volume(n)}" for n, d in enumerate(days))
    return "date,symbol,close,volume", *rows


def test_volumes__are_averages_of_sixty_days_at_month_ends_and_the_last_day(ctx, take_in):
    days = trading_days(100)
    shown, changes = take_in("prices.csv", *history(days))
    assert shown.files[0].new_rows == 100
    assert changes.has(Touched.PRICES)
    (security,) = ctx.snapshot().securities
    last = Decimal(sum(1000 + n for n in range(40, 100))) / 60
    assert ctx.snapshot().volumes == {security.id: rounded(last, 0)}
    november = days.index(max(d for d in days if d.month == 11))
    then = Decimal(sum(1000 + n for n in range(november - 59, november + 1))) / 60
    assert ctx.book.volumes(date(2025, 12, 1))[security.id] == rounded(then, 0)
    assert ctx.book.volumes(days[10]) == {}
    assert take_in("prices.csv", *history(days))[1].step == 0
    ctx.book.undo()
    assert ctx.book.volume_history() == {}


def test_volumes__of_prices_that_are_known_already_come_in_too(ctx, take_in):
    days = trading_days(70)
    lines = history(days)
    take_in("prices.csv", *(line.rpartition(",")[0] for line in lines))
    assert ctx.snapshot().volumes == {}
    shown, changes = take_in("prices.csv", *lines)
    assert 0 < shown.files[0].new_rows < 70
    assert changes.step
    assert len(ctx.snapshot().volumes) == 1


def test_volumes__a_short_file_takes_no_place_of_a_long_one(ctx, take_in):
    days = trading_days(90)
    take_in("prices.csv", *history(days))
    stored = ctx.book.volume_history()
    later = trading_days(25, date(2026, 1, 9))
    take_in("short.csv", *history(later, lambda _: 5))
    assert ctx.book.volume_history() == stored


def test_volumes__too_few_days_say_nothing():
    for count, told in ((19, 0), (20, 1)):
        days = trading_days(count, date(2025, 11, 28))
        found = list(fresh_volumes({"s": dict.fromkeys(days, Decimal(7))}, {}))
        assert len(found) == told
        assert not told or found == [("s", date(2025, 11, 28), Decimal(7))]
