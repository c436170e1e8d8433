"""Identifiers: ids, never objects, cross the borders between rooms."""

from typing import NewType

HouseholdId = NewType("HouseholdId", str)
PersonId = NewType("PersonId", str)
AccountId = NewType("AccountId", str)
SecurityId = NewType("SecurityId", str)
LotId = NewType("LotId", str)
TransactionId = NewType("TransactionId", str)
IdenticalSetId = NewType("IdenticalSetId", str)
ImportId = NewType("ImportId", str)
ProposalId = NewType("ProposalId", str)
OutsideHoldingId = NewType("OutsideHoldingId", str)
