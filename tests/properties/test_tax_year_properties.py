"""What holds for the tax of any year: rising in gains, linear between lines, a walk that adds up."""

import itertools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.lot import Term
from harvestdesk.domain.tax_year import ExternalGain, ExternalTerm, LawChange, LawTarget
from harvestdesk.tax.liability import bracket_walk, further_loss, marginal_value, year_tax
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import known_years, load_state, load_states, load_tax_year

SMALL = Decimal("0.0001")
REACH = Decimal(1_500_000)


def dollars(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low * 100, high * 100).map(lambda x: Decimal(x) / 100)


@dataclass(frozen=True)
class Facts:
    """What is drawn; the tables are added when they are needed, so that a failure prints only this."""

    profile: TaxProfile
    year: int
    external: tuple[ExternalGain, ...]
    changes: tuple[LawChange, ...]

    @property
    def situation(self) -> TaxSituation:
        code, year = self.profile.state, self.year
        state = load_state(code, year) if code else None
        return TaxSituation(
            self.profile, year, load_tax_year(year), state, self.external, self.changes
        )


@st.composite
def households(draw: st.DrawFn) -> Facts:
    year = draw(st.sampled_from(known_years()))
    code = draw(st.sampled_from(["", *load_states()]))
    profile = TaxProfile(
        filing_status=draw(st.sampled_from(FilingStatus)),
        rate_source=draw(st.sampled_from([RateSource.TABLES, RateSource.TABLES, RateSource.TYPED])),
        realised_short=draw(st.sampled_from([Decimal(0), Decimal(-1_500)])),
        carryforward_short=draw(st.one_of(st.just(Decimal(0)), dollars(0, 30_000))),
        carryforward_long=draw(st.one_of(st.just(Decimal(0)), dollars(0, 200_000))),
        wages=draw(st.one_of(dollars(0, 60_000), dollars(0, 300_000), dollars(0, 1_200_000))),
        investment_income=draw(st.one_of(st.just(Decimal(0)), dollars(0, 30_000))),
        qualified_dividends=draw(st.one_of(st.just(Decimal(0)), dollars(0, 60_000))),
        itemised=draw(st.one_of(st.none(), dollars(0, 80_000))),
        aged_or_blind=draw(st.integers(0, 2)),
        state=code,
        state_rate=draw(st.sampled_from([None, Decimal("0.0575")])),
    )
    external = ExternalGain(
        "x", date(year, 3, 31), ExternalTerm.LONG, Decimal(4_000), Decimal("0.5")
    )
    change = LawChange("l", year, draw(st.sampled_from(LawTarget)), Decimal("0.05"))
    return Facts(
        profile,
        year,
        draw(st.sampled_from([(), (external,)])),
        draw(st.sampled_from([(), (change,)])),
    )


results = dollars(-150_000, 400_000)
terms = st.sampled_from(Term)


def moved(short: Decimal, long: Decimal, amount: Decimal, term: Term) -> tuple[Decimal, Decimal]:
    return (short + amount, long) if term is Term.SHORT else (short, long + amount)


@settings(max_examples=150, deadline=None)
@given(households(), results, results, dollars(0, 50_000), terms)
def test_tax__never_falls_when_a_gain_grows(
    facts: Facts, short: Decimal, long: Decimal, more: Decimal, term: Term
) -> None:
    situation = facts.situation
    before = year_tax(situation, short, long).tax
    after = year_tax(situation, *moved(short, long, more, term)).tax
    assert after >= before - SMALL


@settings(max_examples=40, deadline=None)
@given(households(), results, results, terms)
def test_walk__joins_is_linear_inside_and_adds_up(
    facts: Facts, short: Decimal, long: Decimal, term: Term
) -> None:
    situation = facts.situation
    walk = bracket_walk(situation, short, long, term, REACH)

    def tax(amount: Decimal) -> Decimal:
        return year_tax(situation, *moved(short, long, amount, term)).tax

    assert walk[0].from_amount == -REACH
    assert walk[-1].to_amount == REACH
    for inner, outer in itertools.pairwise(walk):
        assert inner.to_amount == outer.from_amount
        if "jump" not in (inner.code, outer.code) and outer.from_amount:
            assert inner.rate != outer.rate
    for step in walk:
        middle = (step.from_amount + step.to_amount) / 2
        inside = (step.to_amount - step.from_amount) / 4
        assert abs(tax(middle + inside) - tax(middle) - step.rate * inside) < SMALL
    total = sum(step.tax for step in walk)
    assert abs(total - (tax(REACH) - tax(-REACH))) < SMALL


@settings(max_examples=100, deadline=None)
@given(households(), results, results, dollars(0, 90_000), dollars(0, 90_000), terms)
def test_loss__in_two_steps_is_worth_what_it_is_in_one(
    facts: Facts,
    short: Decimal,
    long: Decimal,
    first: Decimal,
    second: Decimal,
    term: Term,
) -> None:
    situation = facts.situation
    whole = further_loss(situation, short, long, first + second, term)
    one = further_loss(situation, short, long, first, term)
    two = further_loss(situation, *moved(short, long, -first, term), second, term)
    assert abs(one.saved + two.saved - whole.saved) < SMALL
    assert one.carried + two.carried == whole.carried


@settings(max_examples=150, deadline=None)
@given(households(), results, results)
def test_netting__no_dollar_is_lost(facts: Facts, short: Decimal, long: Decimal) -> None:
    situation = facts.situation
    net = year_tax(situation, short, long).netting
    carried = net.carryover_short + net.carryover_long
    gains = net.taxable_short + net.taxable_long
    if net.total >= 0:
        assert gains == net.total
        assert carried == net.deduction == 0
    else:
        assert gains == 0
        # Less than the deduction is used up where income is too small for it (§1212(b)(2)).
        assert -net.total - net.deduction <= carried <= -net.total


@settings(max_examples=40, deadline=None)
@given(households(), results, results, dollars(1, 90_000), terms)
def test_marginal_value__of_a_loss_is_never_negative_and_never_above_its_best_rate(
    facts: Facts, short: Decimal, long: Decimal, loss: Decimal, term: Term
) -> None:
    situation = facts.situation
    found = marginal_value(situation, short, long, -loss, term)
    assert found.now >= -SMALL
    assert 0 <= found.carried <= loss
    assert found.present_value >= found.now - loss
    assert found.present_value <= loss
