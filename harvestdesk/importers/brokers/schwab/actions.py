"""Schwab's action words and what they do."""

from harvestdesk.domain.transaction import TransactionType as T

TYPES: dict[str, T] = {
    "buy": T.BUY,
    "sell": T.SELL,
    "reinvest shares": T.DRIP,
    "stock plan activity": T.VEST,
    "stock split": T.SPLIT,
    "return of capital": T.RETURN_OF_CAPITAL,
    **dict.fromkeys(
        (
            "cash dividend",
            "qualified dividend",
            "non-qualified div",
            "non qualified div",
            "special dividend",
            "special qual div",
            "special non qual div",
            "pr yr cash div",
            "pr yr div reinvest",
            "pr yr special div",
            "pr yr non-qual div",
            "pr yr non qual div",
            "reinvest dividend",
            "qual div reinvest",
            "dividend",
            "div adjustment",
            "substitute dividend",
            "foreign dividend",
        ),
        T.DIVIDEND,
    ),
    **dict.fromkeys(("long term cap gain", "long term cap gain reinvest"), T.CAPITAL_GAIN_LONG),
    **dict.fromkeys(("short term cap gain", "short term cap gain reinvest"), T.CAPITAL_GAIN_SHORT),
    **dict.fromkeys(
        ("bank interest", "credit interest", "bond interest", "cd interest", "muni interest"),
        T.INTEREST,
    ),
    **dict.fromkeys(
        (
            "margin interest",
            "adr mgmt fee",
            "service fee",
            "foreign transaction fee",
            "advisor fee",
            "management fee",
        ),
        T.FEE,
    ),
    **dict.fromkeys(
        ("foreign tax paid", "nra tax adj", "nra withholding", "backup withholding"), T.TAX
    ),
    **dict.fromkeys(
        (
            "journal",
            "moneylink transfer",
            "moneylink deposit",
            "moneylink adj",
            "funds received",
            "funds paid",
            "wire sent",
            "wire received",
            "wire funds",
            "wire funds received",
            "wire funds sent",
            "promotional award",
            "misc cash entry",
            "misc credits",
            "misc. credits",
            "bill pay",
            "visa purchase",
            "atm withdrawal",
            "electronic transfer",
        ),
        T.CASH,
    ),
}
MOVED = frozenset(
    {"journaled shares", "security transfer", "internal transfer", "spin-off transfer"}
)
"""Shares that change accounts: the sign of the quantity says which way."""

OPTION_WORDS = frozenset(
    {
        "buy to open",
        "buy to close",
        "sell to open",
        "sell to close",
        "expired",
        "assigned",
        "exchange or exercise",
        "options frwd split",
    }
)
REORGANISED = frozenset(
    {
        "stock merger",
        "cash merger",
        "cash/stock merger",
        "reverse split",
        "spin-off",
        "name change",
        "mandatory reorg exc",
        "cash in lieu",
        "full redemption",
        "full redemption adj",
        "cash stock merger",
        "sell short",
        "buy to cover",
        "tender offer",
        "stock div dist",
        "conversion",
        "worthless",
    }
)
"""Kept with their text: they change shares in ways a row alone does not settle."""
