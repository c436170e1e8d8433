"""Brokers' files of closed lots (realised gains, 1099-B): read to be compared, never taken into the ledger."""
