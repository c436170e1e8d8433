"""The year's tax as short texts a tax preparer can read: given, expect; one file for a rule."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.lot import Term
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalKind,
    ExternalTerm,
    LawChange,
    LawTarget,
)
from harvestdesk.tax.liability import (
    YearTax,
    bracket_walk,
    further_loss,
    marginal_rates,
    year_tax,
)
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import load_state, load_tax_year

CASES = sorted((Path(__file__).parent / "tax").glob("*.txt"))
STATUSES = {
    "single": FilingStatus.SINGLE,
    "married filing jointly": FilingStatus.JOINT,
    "married filing separately": FilingStatus.SEPARATE,
    "head of household": FilingStatus.HEAD,
    "surviving spouse": FilingStatus.SURVIVING,
}
INCOME = {
    "wages": "wages",
    "interest": "investment_income",
    "qualified dividends": "qualified_dividends",
    "itemised": "itemised",
    "carried in short-term": "carryforward_short",
    "carried in long-term": "carryforward_long",
}
AMOUNT = r"(-?[\d,]+(?:\.\d+)?)"


@dataclass
class Case:
    """A case as it is read."""

    situation: TaxSituation = field(default_factory=lambda: TaxSituation(TaxProfile(), 2025))
    short: Decimal = Decimal(0)
    long: Decimal = Decimal(0)
    expected: list[str] = field(default_factory=list)

    def profile(self, **changes: Any) -> None:
        self.situation = replace(self.situation, profile=replace(self.situation.profile, **changes))

    def year(self) -> YearTax:
        return year_tax(self.situation, self.short, self.long)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def read_case(path: Path) -> Case:
    """Return the situation and what is expected of a case file."""
    case, part = Case(), ""
    case.profile(rate_source=RateSource.TABLES)
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line in {"given", "expect"}:
            part = line
        elif part == "given":
            assert given(case, line), f"{path.name}: {line!r} is not understood"
        else:
            case.expected.append(line)
    return case


def given(case: Case, line: str) -> bool:
    """Take one line of what is given; say whether it was understood."""
    for pattern, take in GIVEN:
        if found := re.fullmatch(pattern, line):
            take(case, *found.groups())
            return True
    return False


def _year(case: Case, year: str, status: str) -> None:
    case.profile(filing_status=STATUSES[status])
    case.situation = replace(case.situation, year=int(year), tables=load_tax_year(int(year)))


def _state(case: Case, code: str) -> None:
    case.profile(state=code)
    case.situation = replace(case.situation, state=load_state(code, case.situation.year))


def _result(case: Case, term: str, amount: str) -> None:
    setattr(case, term, number(amount))


def _fund(case: Case, *told: str) -> None:
    _outside(case, *told, kind=ExternalKind.FUND_DISTRIBUTION)


def _outside(
    case: Case,
    term: str,
    amount: str,
    chance: str | None,
    realised: str | None,
    kind: ExternalKind = ExternalKind.OTHER,
) -> None:
    probability = Decimal(chance or 100) / 100
    gain = ExternalGain(
        f"x{len(case.situation.external)}",
        date(case.situation.year, 6, 30),
        ExternalTerm(term),
        number(amount),
        probability,
        kind,
        realised=bool(realised),
    )
    case.situation = replace(case.situation, external=(*case.situation.external, gain))


def _law(case: Case, year: str, target: str, points: str) -> None:
    change = LawChange(f"l{year}", int(year), LawTarget(target), Decimal(points) / 100)
    case.situation = replace(case.situation, changes=(*case.situation.changes, change))


def _typed(case: Case, short: str, long: str, ordinary: str) -> None:
    rates = [Decimal(x) / 100 for x in (short, long, ordinary)]
    case.profile(
        rate_source=RateSource.TYPED,
        rate_short=rates[0],
        rate_long=rates[1],
        rate_ordinary=rates[2],
    )


GIVEN: list[tuple[str, Callable[..., None]]] = [
    (r"(\d{4}), ([a-z ]+)", _year),
    (rf"({'|'.join(INCOME)}) {AMOUNT}", lambda c, k, v: c.profile(**{INCOME[k]: number(v)})),
    (r"aged or blind (\d)", lambda c, n: c.profile(aged_or_blind=int(n))),
    (r"persons of 65 (\d)", lambda c, n: c.profile(seniors=int(n))),
    (rf"(short|long)-term result {AMOUNT}", _result),
    (rf"outside (short|long)-term {AMOUNT}(?: at (\d+) %)?(?: (realised))?", _outside),
    (rf"fund distribution (short|long)-term {AMOUNT}(?: at (\d+) %)?(?: (realised))?", _fund),
    (r"law change from (\d+) (\w+) (-?\d+) points", _law),
    (r"state rate ([\d.]+) %", lambda c, r: c.profile(state_rate=Decimal(r) / 100)),
    (r"state ([A-Z]{2})", _state),
    (rf"washed {AMOUNT}", lambda c, v: setattr(c, "situation", replace(c.situation, washed=number(v)))),
    (r"typed rates ([\d.]+) % ([\d.]+) % ([\d.]+) %", _typed),
]  # fmt: skip

AMOUNTS: dict[str, Callable[[YearTax], Decimal | None]] = {
    "adjusted gross income": lambda y: y.income and y.income.agi,
    "taxable income": lambda y: y.income and y.income.taxable_income,
    "gain at 0 %": lambda y: y.income and y.income.at_0,
    "gain at 15 %": lambda y: y.income and y.income.at_15,
    "gain at 20 %": lambda y: y.income and y.income.at_20,
    "income tax": lambda y: y.income and y.income.income_tax,
    "net investment income tax": lambda y: y.income and y.income.niit,
    "state tax": lambda y: y.income and y.income.state_tax,
    "tax of the results": lambda y: y.tax,
    "carried short-term": lambda y: y.netting.carryover_short,
    "carried long-term": lambda y: y.netting.carryover_long,
}


def check(case: Case, line: str) -> None:
    """Compare one line of what is expected with what the program finds."""
    if line == "state tax not known":
        year = case.year()
        assert year.income is not None
        assert year.income.state_tax is None
        assert not year.state_known
    elif found := re.fullmatch(rf"({'|'.join(AMOUNTS)}) {AMOUNT}", line):
        value = AMOUNTS[found[1]](case.year())
        assert value is not None
        assert round(value, 2) == number(found[2]), line
    elif found := re.fullmatch(r"next (short|long)-term dollar ([\d.]+) %", line):
        rates = marginal_rates(case.situation, case.short, case.long)
        assert rates.of(Term(found[1])) == Decimal(found[2]) / 100, line
    else:
        found = re.fullmatch(rf"(short|long)-term (gain|loss) {AMOUNT}: ([\d.]+) % until .+", line)
        assert found, f"{line!r} is not understood"
        check_stretch(case, Term(found[1]), found[2], number(found[3]), Decimal(found[4]) / 100)


def check_stretch(case: Case, term: Term, side: str, amount: Decimal, rate: Decimal) -> None:
    """The walk has a line at the amount, the rate holds up to it and another one after it."""
    end = amount if side == "gain" else -amount
    walk = bracket_walk(case.situation, case.short, case.long, term)
    before = [s for s in walk if end in (s.from_amount, s.to_amount)]
    assert len(before) == 2, [(s.from_amount, s.to_amount) for s in walk]
    inner = before[0] if side == "gain" else before[1]
    outer = before[1] if side == "gain" else before[0]
    assert inner.rate == rate
    assert outer.rate != rate
    if side == "loss":
        whole = further_loss(case.situation, case.short, case.long, amount, term).saved
        steps = [s for s in walk if -amount <= s.from_amount and s.to_amount <= 0]
        assert whole == sum(s.tax for s in steps)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_text_case(path: Path) -> None:
    case = read_case(path)
    assert case.expected
    for line in case.expected:
        check(case, line)


def test_every_case_names_its_authority() -> None:
    known = r"§|RCW|Reg\.|Rev\. Proc\.|HB |Const\.|No authority|No statute|household's own"
    for path in CASES:
        heading = [x for x in path.read_text(encoding="utf-8").splitlines() if x.startswith("#")]
        assert re.search(known, " ".join(heading[1:])), path.name
