"""The year's figures and the states' rules: what the files say, and what is said of a broken one."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from harvestdesk.assets import resource
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus
from harvestdesk.tax.tables import known_years, load_state, load_states, load_tax_year

UNCONFIRMED = {
    2024: {"surviving_spouse.aged_or_blind", "not_used.dependent_deduction_minimum",
           "not_used.dependent_deduction_earned_plus"},
}  # fmt: skip


@pytest.mark.parametrize("year", known_years())
def test_figures__each_has_its_legal_source_and_where_it_was_read(year: int) -> None:
    found = load_tax_year(year)
    assert (found.year, found.figures_of) == (year, year)
    assert found.tables.keys() == set(FilingStatus)
    assert len(found.figures) >= 70
    for figure in found.figures:
        assert figure.primary, figure.name
        assert figure.sources, figure.name
        assert len(figure.sources) >= 2 or not figure.confirmed, figure.name
    if year in UNCONFIRMED:
        names = {f.name for f in found.figures if not f.confirmed}
        assert {n for n in names if not n.startswith("not_used.estates")} == UNCONFIRMED[year]


@pytest.mark.parametrize("year", known_years())
def test_brackets__rise_and_join(year: int) -> None:
    for table in load_tax_year(year).tables.values():
        assert table.brackets[0].lower == 0
        assert table.brackets[-1].upper is None
        for lower, upper in zip(table.brackets, table.brackets[1:], strict=False):
            assert lower.upper == upper.lower
            assert lower.rate < upper.rate
        assert table.zero_rate_max < table.fifteen_rate_max


def test_years__joint_tables_serve_a_surviving_spouse_and_separate_ones_are_half() -> None:
    tables = load_tax_year(2026).tables
    joint, separate = tables[FilingStatus.JOINT], tables[FilingStatus.SEPARATE]
    assert tables[FilingStatus.SURVIVING].brackets == joint.brackets
    assert separate.standard_deduction * 2 == joint.standard_deduction
    assert separate.senior_start is None


@pytest.mark.parametrize(("asked", "of"), [(1999, 2024), (2023, 2024), (2025, 2025), (2031, 2026)])
def test_years__the_nearest_known_one_is_used_and_said(asked: int, of: int) -> None:
    found = load_tax_year(asked)
    assert (found.year, found.figures_of) == (asked, of)


def test_states__change_by_year() -> None:
    assert load_state("wa", 2024).higher_rate is None
    assert load_state("WA", 2025).higher_rate == Decimal("0.099")
    assert load_state("WA").long_deduction == 278_000
    assert load_state("MO", 2024).long_exempt == 0
    assert load_state("MO", 2026).long_exempt == 1
    assert load_state("NM", 2024).long_exempt == Decimal("0.4")
    assert load_state("OR") is None


def test_states__say_what_is_not_confirmed() -> None:
    for code, rules in load_states().items():
        assert len(code) == 2
        assert rules.special, code
        assert rules.sources, code
        assert rules.confirmed or rules.unconfirmed, code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(resource("tax"), tmp_path / "tax")
    return tmp_path / "tax"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('value = "48350"', 'value = "4835O"', "2025.toml, field single.zero_rate_max.value"),
        ('value = "48475"', 'value = "11000"', "2025.toml, field single.bracket_tops"),
        ('value = "48475"', 'value = "-1"', r"field single.bracket_tops\[1\].value"),
        ("[head_of_household]", "[head]", "field head_of_household: expected a table"),
        ('policyengine = "', 'policy = "', "field sources.policyengine"),
        ("year = 2025", "year = true", "field year"),
        ("[rates]", "[rates", "2025.toml is not TOML"),
        ("confirmed = true", "confirmed = 1", "confirmed: expected true or false"),
    ],
)
def test_broken_year__names_file_and_field(folder: Path, old: str, new: str, words: str) -> None:
    path = folder / "2025.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInputError, match=words):
        load_tax_year(2025, folder)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('rate = "0.133"', 'rate = "x"', "states.toml, field CA.rate"),
        ("[WA.from_2025]", "[WA.from_soon]", "field WA.from_soon"),
        ("long_only = true", 'long_only = "yes"', "field WA.long_only"),
    ],
)
def test_broken_states__name_file_and_field(folder: Path, old: str, new: str, words: str) -> None:
    path = folder / "states.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInputError, match=words):
        load_states(2025, folder)


def test_no_tables__is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no table"):
        load_tax_year(2025, tmp_path)
    with pytest.raises(BadInputError, match="can't be read"):
        load_states(None, tmp_path)


def test_figures__against_the_shared_ones(shared: Path) -> None:
    import json

    data = json.loads((shared / "tax" / "us_federal.json").read_text(encoding="utf-8"))
    codes = {"single": FilingStatus.SINGLE, "mfj": FilingStatus.JOINT, "hoh": FilingStatus.HEAD,
             "mfs": FilingStatus.SEPARATE, "qss": FilingStatus.SURVIVING}  # fmt: skip
    for year, theirs in data["years"].items():
        mine = load_tax_year(int(year))
        assert mine.niit_rate == Decimal(str(theirs["niit"]["rate"]["value"]))
        for code, status in codes.items():
            table = mine.tables[status]
            rows = [
                (Decimal(str(r[0])), Decimal(str(r[1])))
                for r in theirs["ordinary"][code]["brackets"]
            ]
            assert [(b.lower, b.rate) for b in table.brackets] == rows
            assert table.zero_rate_max == theirs["ltcg"][code]["zero_rate_max"]["value"]
            assert table.fifteen_rate_max == theirs["ltcg"][code]["fifteen_rate_max"]["value"]
            assert table.standard_deduction == theirs["standard_deduction"][code]["value"]
            aged = theirs["additional_standard_deduction_aged_or_blind"][code]["value"]
            assert table.aged_or_blind == aged
            assert table.niit_threshold == theirs["niit"][code]["value"]
            assert table.loss_limit == theirs["capital_loss_limit"][code]["value"]
