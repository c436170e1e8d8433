"""The headless commands of docs/contract.md."""
