"""Looking at a day before the last trade: each command says what that means for its figures."""

import pytest


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("lots", "its lots are those of today, valued at the prices of 2025-06-02."),
        ("tax", "only those up to 2025-06-02 are counted."),
    ],
)
def test_a_day_before_the_last_trade(desk, sample_file, command: str, said: str) -> None:
    def look(day: str) -> str:
        assert desk.run(command, "--household", sample_file, "--as-of", day) == 0, desk.err
        return desk.err

    assert "The household has trades up to 2025-" in look("2025-06-02")
    assert look("2025-06-02").rstrip().endswith(said)
    assert "trades up to" not in look("2025-12-05")
