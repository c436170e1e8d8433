"""Section 1091 across the household: windows, matching, ledger and outlook."""
