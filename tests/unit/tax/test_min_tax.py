"""Least-tax choice of shares against a search of every whole share, under taxes that aren't convex."""

from collections.abc import Callable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from harvestdesk.tax.min_tax import Candidate, least_tax_shares

D = Decimal
Tax = Callable[[Decimal, Decimal], Decimal]


def lot(shares: int, basis: str, *, is_long: bool) -> Candidate:
    return Candidate(D(shares), D(basis), is_long)


def bracket_tax(so_far_short: int = 0, so_far_long: int = 0) -> Tax:
    """Netting, a loss limit, two rates on short-term gains and a free band on long-term ones."""

    def tax(short: Decimal, long: Decimal) -> Decimal:
        short, long = short + so_far_short, long + so_far_long
        net = short + long
        if net <= 0:
            return -min(-net, D(3000)) * D("0.24")
        gain_short = max(D(0), min(short, net)) if short > 0 else D(0)
        gain_long = net - gain_short
        upper = max(D(0), gain_short - 1000)
        return (
            gain_short * D("0.24") + upper * D("0.11")
            + max(D(0), gain_long - 500) * D("0.15")
        )  # fmt: skip

    return tax


def realised(lots: list[Candidate], shares: tuple[Decimal, ...], price: Decimal) -> list[Decimal]:
    return [
        sum((n * (price - c.basis) for c, n in zip(lots, shares, strict=True) if c.is_long is term), D(0))
        for term in (False, True)
    ]  # fmt: skip


def best_by_trying(lots: list[Candidate], count: int, price: Decimal, tax: Tax) -> Decimal:
    """Return the least tax of all ways to sell whole shares."""
    found: list[Decimal] = []

    def walk(at: int, left: int, taken: tuple[Decimal, ...]) -> None:
        if at == len(lots):
            if left == 0:
                found.append(tax(*realised(lots, taken, price)))
            return
        for n in range(min(left, int(lots[at].shares)) + 1):
            walk(at + 1, left - n, (*taken, D(n)))

    walk(0, count, ())
    return min(found)


LOTS = st.lists(
    st.builds(
        lambda n, b, term: lot(n, str(b), is_long=term),
        st.integers(1, 5), st.integers(0, 900), st.booleans(),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@given(LOTS, st.integers(1, 12), st.integers(-4000, 4000), st.integers(-4000, 4000))
def test_no_way_of_selling_whole_shares_costs_less(
    lots: list[Candidate], count: int, short: int, long: int
) -> None:
    count = min(count, int(sum(c.shares for c in lots)))
    tax, price = bracket_tax(short, long), D(450)
    shares = least_tax_shares(lots, D(count), price, tax)
    assert sum(shares) == count
    assert all(0 <= n <= c.shares for n, c in zip(shares, lots, strict=True))
    assert tax(*realised(lots, shares, price)) <= best_by_trying(lots, count, price, tax) + D(
        "1e-6"
    )


def test_a_kink_inside_a_lot_is_found() -> None:
    # The first $500 of long-term gain are free, short-term gain costs: 5 long shares use the band up;
    # beyond it long-term gain costs more than the small short-term one.
    lots = [lot(10, "98", is_long=False), lot(10, "0", is_long=True)]
    shares = least_tax_shares(lots, D(10), D(100), bracket_tax())
    assert shares == (D(5), D(5))


def test_a_loss_is_left_where_gains_are_free() -> None:
    # The fixed order sells the loss first; here the gain costs nothing and the loss would be carried.
    lots = [lot(10, "90", is_long=True), lot(10, "150", is_long=False)]
    order = least_tax_shares(lots, D(10), D(100), bracket_tax(so_far_short=-9000))
    assert order == (D(0), D(10))  # equal tax: the brokers' order
    free = least_tax_shares(lots, D(10), D(100), lambda s, g: max(D(0), s + g - 100))
    assert free == (D(0), D(10))


def test_inside_a_term_the_highest_basis_goes_first() -> None:
    lots = [lot(5, "10", is_long=True), lot(5, "60", is_long=True), lot(5, "30", is_long=True)]
    assert least_tax_shares(lots, D(7), D(100), lambda s, g: s + g) == (D(0), D(5), D(2))


def test_more_shares_asked_than_there_are() -> None:
    assert least_tax_shares([lot(3, "10", is_long=True)], D(7), D(100), lambda s, g: s + g) == (
        D(3),
    )
