"""Undo and kept plans, tried with whatever comes: nothing is lost on the way there and back."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import store_samples as sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.account import Account
from harvestdesk.domain.errors import HarvestError
from harvestdesk.domain.ids import AccountId, IdenticalSetId, LotId, SecurityId, TransactionId
from harvestdesk.domain.money import MONEY_DIGITS, SHARES_DIGITS
from harvestdesk.domain.prices import Price
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.store import codecs
from harvestdesk.store.database import HouseholdBook, HouseholdWriter

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
PLAIN: dict[object, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    date: st.dates(),
    Decimal: st.decimals(allow_nan=False),
}


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Return values of a domain type, built from nothing but its annotations."""
    annotation = getattr(annotation, "__supertype__", annotation)
    if annotation in PLAIN:
        return PLAIN[annotation]
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if get_origin(annotation) is Mapping:
        return st.dictionaries(TEXTS, values_of(arguments[1]), max_size=2)
    if isinstance(annotation, types.UnionType):
        return st.one_of(*(st.none() if a is types.NoneType else values_of(a) for a in arguments))
    if issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    assert is_dataclass(annotation)
    hints = get_type_hints(annotation)
    return st.builds(annotation, **{f.name: values_of(hints[f.name]) for f in fields(annotation)})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values_of(Proposal))
def test_plans__come_back_as_they_were_kept(plan: Proposal) -> None:
    text = codecs.dumps(plan)
    back = codecs.loads(Proposal, text)
    assert back == plan
    assert codecs.dumps(back) == text


def scaled(digits: int) -> st.SearchStrategy[Decimal]:
    """Return every amount that fits 63 bits of 10**-digits units."""
    return st.integers(-(2**63) + 1, 2**63 - 1).map(lambda n: Decimal(n).scaleb(-digits))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    amount=scaled(MONEY_DIGITS),
    shares=scaled(SHARES_DIGITS),
    on=st.dates(),
    note=st.text(max_size=20),
)
def test_ledger__keeps_every_digit_and_letter(
    one_book: HouseholdBook, amount: Decimal, shares: Decimal, on: date, note: str
) -> None:
    row = replace(
        sample.TRANSACTIONS[2], amount=amount, shares=shares, on=on, note=note.replace("\0", "")
    )
    with one_book.write("Row") as w:
        row = replace(row, id=TransactionId(w.new_id("t")))
        w.add_transactions([row])
    after = sample.content(one_book)
    assert row in one_book.transactions()
    one_book.undo()
    assert row not in one_book.transactions()
    one_book.redo()
    assert sample.content(one_book) == after
    one_book.undo()


@pytest.fixture(scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("book") / "rivera.harvest"
    with HouseholdBook.create(path, sample.HOUSEHOLD) as book:
        with book.write("Fill") as w:
            sample.fill(w)
        yield book


# --- random commands: each takes a writer and a small number


def _people(w: HouseholdWriter, n: int) -> None:
    w.put_people([replace(sample.PEOPLE[n % 2], name=f"Name {n}")])


def _account(w: HouseholdWriter, n: int) -> None:
    owners = tuple(p.id for p in sample.PEOPLE[n % 3 :])
    w.put_accounts([Account(AccountId(f"account-{n % 4 + 1}"), f"Account {n}", owner_ids=owners)])


def _security(w: HouseholdWriter, n: int) -> None:
    underlying = SecurityId(f"security-{n}") if n < 3 else sample.FUND
    w.put_securities(
        [
            Security(underlying, f"S{n}"),
            Security(SecurityId(f"x-{n}"), "X", underlying_id=underlying),
        ]
    )


def _transactions(w: HouseholdWriter, n: int) -> None:
    ids = w.new_ids("t", n)
    w.add_transactions([replace(sample.TRANSACTIONS[n % 3], id=TransactionId(id_)) for id_ in ids])


def _lots(w: HouseholdWriter, n: int) -> None:
    lot = sample.LOTS[0]
    lots = [replace(lot, id=LotId(f"l-{k}"), shares=Decimal(n + 1 + k // 3)) for k in range(n)]
    w.replace_lots([sample.JOINT], lots)
    w.replace_statement_lots(sample.JOINT, [sample.FUND], lots[: n // 2])


def _prices(w: HouseholdWriter, n: int) -> None:
    first = date(2025, 1, 2)
    w.put_prices(
        (sample.FUND, Price(Decimal(n), first + timedelta(days=k % 4), str(k % 2)))
        for k in range(n)
    )
    w.put_cash(sample.JOINT, first + timedelta(days=n % 3), Decimal(n))


def _sets(w: HouseholdWriter, n: int) -> None:
    members = (sample.FUND, sample.TWIN, sample.OPTION)
    turned = members[n % 3 :] + members[: n % 3]
    ids = [IdenticalSetId("set-1"), IdenticalSetId("set-2")]
    cut = n % 4
    sets = [IdenticalSet(ids[0], f"A{n}", turned[:cut]), IdenticalSet(ids[1], "B", turned[cut:])]
    w.replace_identical_sets(sets[: 1 + n % 2])


def _relations(w: HouseholdWriter, n: int) -> None:
    w.replace_replacements([replace(sample.REPLACEMENTS[0], rank=n + 1)] if n % 3 else [])
    w.replace_class_targets(sample.CLASS_TARGETS if n % 2 else [])
    w.replace_security_targets([replace(sample.SECURITY_TARGETS[0], weight=Decimal(n) / 100)])


def _household(w: HouseholdWriter, n: int) -> None:
    w.put_household(replace(sample.HOUSEHOLD, name=f"Household {n % 2}"))
    w.put_setting("n", str(n % 3))


COMMANDS = (
    _people, _account, _security, _transactions, _lots, _prices, _sets, _relations, _household,
)  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(COMMANDS), st.integers(0, 9)), st.just("undo"), st.just("redo")
    ),
    max_size=12,
)


def _run(book: HouseholdBook, steps: list[Any]) -> None:
    for step in steps:
        if step == "undo":
            book.undo()
        elif step == "redo":
            book.redo()
        else:
            _try(book, *step)


def _try(book: HouseholdBook, command: Any, n: int) -> None:
    """Run a command; what it needs may have been undone, and then nothing of it may remain."""
    before = sample.content(book)
    try:
        with book.write(command.__name__) as w:
            command(w, n)
    except HarvestError as error:
        if error.code != "store.rule":
            raise
        assert sample.content(book) == before


def _until_none(step: Any) -> int:
    taken = 0
    while step() is not None:
        taken += 1
    return taken


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_undo__everything_undone_is_the_start_and_redone_the_end(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    path = Path(tmp_path_factory.mktemp("undo")) / "rivera.harvest"
    with HouseholdBook.create(path, sample.HOUSEHOLD) as book:
        start = sample.content(book)
        with book.write("Fill") as w:
            sample.fill(w)
        _run(book, steps)
        _until_none(book.redo)
        end = sample.content(book)
        seen = _snapshot(book)
        taken = _until_none(book.undo)
        assert sample.content(book) == start
        assert _until_none(book.redo) == taken
        assert sample.content(book) == end
        assert _snapshot(book) == seen
        assert [f for f in book.check().findings if f.code != "relations.empty_set"] == []


def _snapshot(book: HouseholdBook) -> str:
    seen: HouseholdSnapshot = book.snapshot(date(2025, 12, 5))
    return seen.fingerprint
