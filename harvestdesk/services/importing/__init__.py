"""The parts of an import: whose account, which security, what is new, and what follows from it."""
