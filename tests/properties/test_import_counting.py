"""Import twice is import once, and files may overlap in any way."""

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from harvestdesk.domain.account import Account
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.importers.batch import ImportBatch, ParsedTransaction, SourceFile
from harvestdesk.services.importing.classify import SecurityBook
from harvestdesk.services.importing.relations import Relations
from harvestdesk.services.importing.staging import Stage, Stored

ROWS = st.lists(
    st.tuples(
        st.sampled_from([date(2025, 3, 3), date(2025, 3, 4)]),
        st.sampled_from([TransactionType.BUY, TransactionType.SELL]),
        st.sampled_from(["ZZA", "ZZB"]),
        st.sampled_from([Decimal(1), Decimal("1.0"), Decimal("2.5")]),
    ),
    max_size=8,
)

NUMBERS = count(1)
"""Ids are never given twice, as in a book."""


def batch(rows):
    return ImportBatch(
        SourceFile("x.csv", "0", 1),
        "schwab",
        "transactions",
        transactions=tuple(
            ParsedTransaction(n, "a", on, kind, symbol, shares, shares * 100)
            for n, (on, kind, symbol, shares) in enumerate(rows, start=2)
        ),
        rows=len(rows),
    )


def stage(known=(), securities=()):
    stored = Stored((Account("a", "A"),), tuple(known), (), frozenset(), {}, {}, Relations())
    book = SecurityBook(securities, lambda kind: f"{kind}-{next(NUMBERS)}")
    return Stage(stored, book, lambda kind: f"{kind}-{next(NUMBERS)}", date(2025, 12, 5))


def key(row):
    return (*row[:3], row[3].normalize())


@settings(deadline=None)
@given(ROWS, ROWS)
def test_the_ledger_holds_each_row_as_often_as_the_file_that_has_it_most(first, second):
    before = stage()
    before.add(batch(first), lambda name: name)
    after = stage(before.transactions, before.securities.by_id().values())
    counted = after.add(batch(second), lambda name: name)
    symbols = {s.id: s.symbol for s in after.securities.by_id().values()}
    held = Counter(
        (t.on, t.type, symbols[t.security_id], t.shares.normalize())
        for t in after.all_transactions()
    )
    wanted = Counter(map(key, first)) | Counter(map(key, second))
    assert held == wanted
    assert counted.imported + counted.duplicates == len(second)


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_files_of_one_import_taken_again_add_nothing(files):
    first = stage()
    for rows in files:
        first.add(batch(rows), lambda name: name)
    again = stage(first.transactions, first.securities.by_id().values())
    counts = [again.add(batch(rows), lambda name: name) for rows in files]
    assert sum(c.imported for c in counts) == 0
    assert again.transactions == []


@settings(deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = stage(), stage()
    one.add(batch(rows), lambda name: name)
    other.add(batch(shuffled), lambda name: name)
    known = stage(one.transactions, one.securities.by_id().values())
    assert known.add(batch(shuffled), lambda name: name).imported == 0
    assert len(one.transactions) == len(other.transactions)
