"""Which account a Schwab history is of: the banner's name, the file name's digits, or both."""

import pytest

from harvestdesk.importers.registry import read_bytes

BANNER = '"Transactions  for account {} as of 05/03/2023 02:21:05 PM ET"\n'
ROWS = (
    '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
    '"04/27/2023","Buy","BND","VANGUARD TOTAL BOND","45","$73.77","","-$3319.65"\n'
)


@pytest.mark.parametrize(
    ("file_name", "banner", "name", "tail"),
    [
        ("Mine_XX876_Transactions_20230503.csv", "General Investing ...XXX", "General Investing", "876"),
        ("Mine_XX876_Transactions_20230503.csv", "Brokerage XXXX-1234", "Brokerage", "1234"),
        ("download.csv", "Brokerage XXXX-1234", "Brokerage", "1234"),
        ("Mine_XX876_Transactions_20230503.csv", None, "Mine", "876"),
        ("Mine_XX876_Transactions_20230503.csv", "All-Accounts", "Mine", "876"),
        ("download.csv", None, "", ""),
    ],
)  # fmt: skip
def test_account__banner_before_file_name_and_digits_from_either(
    file_name: str, banner: str | None, name: str, tail: str
) -> None:
    text = (BANNER.format(banner) if banner else "") + ROWS
    batch = read_bytes(file_name, text.encode())
    found = [(a.name, a.number_tail) for a in batch.accounts if a.key]
    assert found == ([(name, tail)] if name else [])
    assert len(batch.transactions) == 1
