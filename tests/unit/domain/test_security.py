import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES, AccountType
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass, normal_symbol


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        (" brk b ", "BRK.B"),
        ("BRK/B", "BRK.B"),
        ("BRK-B", "BRK.B"),
        ("BRK.B", "BRK.B"),
        ("FDRXX**", "FDRXX"),
        ("vti", "VTI"),
        ("BTC-USD", "BTC-USD"),
        ("912828ZQ6", "912828ZQ6"),
        ("SMAL 04/01/2020 32.00 P", "SMAL 04/01/2020 32.00 P"),
        ("", ""),
    ],
)
def test_normal_symbol(text: str, symbol: str) -> None:
    assert normal_symbol(text) == symbol


@given(st.text(max_size=12))
def test_normal_symbol__twice_is_once(text: str) -> None:
    once = normal_symbol(text)
    assert normal_symbol(once) == once


def test_every_kind_has_a_name() -> None:
    assert set(ACCOUNT_TYPE_NAMES) == set(AccountType)
    assert set(ASSET_CLASS_NAMES) == set(AssetClass)


def test_taxable_accounts() -> None:
    taxable = {t for t in AccountType if t.is_taxable}
    assert taxable == {AccountType.TAXABLE, AccountType.JOINT, AccountType.TRUST}
