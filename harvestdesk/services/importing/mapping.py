"""Which account of the household each account of a file is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harvestdesk.domain.account import Account, AccountType, ReliefMethod
from harvestdesk.domain.household import Person
from harvestdesk.domain.ids import AccountId, PersonId
from harvestdesk.importers.batch import ImportBatch, ParsedAccount

NEW = "new:"
"""Prefix of the provisional id of an account that is made on confirming."""


@dataclass(frozen=True, slots=True)
class AccountMapping:
    """One account of one file and the household account its rows go to.

    Attributes:
        account_id: where the rows go; a provisional id (`new:…`) is made on confirming; None: ask.
        choices: every account the person may choose instead, existing ones first.
        certain: the file's number, or its name, or the person decided it.
        reason: `given`, `number`, `name`, `only_one`, `new` or `ask`.
    """

    file: int
    key: str
    parsed: ParsedAccount
    account_id: AccountId | None
    choices: tuple[AccountId, ...]
    certain: bool
    reason: str

    @property
    def label(self) -> str:
        """The account in the file's words."""
        tail = f"…{self.parsed.number_tail}" if self.parsed.number_tail else ""
        return (
            " ".join(part for part in (self.parsed.name, tail) if part) or "(not named in the file)"
        )


Answers = Mapping[tuple[int, str], AccountId]
"""The person's decisions: (index of the file, key of its account) to a household account."""


def map_accounts(
    batches: Sequence[ImportBatch],
    accounts: Sequence[Account],
    people: Sequence[Person],
    answers: Answers,
) -> tuple[tuple[AccountMapping, ...], tuple[Account, ...]]:
    """Return the mapping of every account of every file, and the accounts it would make."""
    made: list[Account] = []
    told: dict[AccountId, ParsedAccount] = {}
    mappings: list[AccountMapping] = []
    keys: dict[str, AccountId] = {}
    for index, batch in enumerate(batches):
        listed = accounts_of(batch)
        shared, taken = _shared_tails(listed), set[AccountId]()
        for parsed in listed:
            # Our own tables share their keys: "joint" in one is "joint" in the next.
            own = parsed.key if batch.broker == "harvestdesk" else ""
            by_number = parsed.number_tail not in shared
            free = [a for a in (*accounts, *made) if by_number or a.id not in taken]
            found, reason = _found(parsed, free, keys.get(own), by_number=by_number)
            given = answers.get((index, parsed.key))
            if given is not None:
                found, reason = given, "given"
            elif found is None and _may_be_made(batch, parsed, [*accounts, *made]):
                new = _new_account(parsed, AccountId(f"{NEW}{len(made) + 1}"), people)
                made.append(new)
                told[new.id] = parsed
                found, reason = new.id, "new"
            elif found in told:
                told[found] = _told_more(told[found], parsed)
                made = [_new_account(told[a.id], a.id, people) for a in made]
            if own and found is not None:
                keys[own] = found
            if found is not None:
                taken.add(found)
            certain = reason in {"given", "number", "name"}
            mappings.append(AccountMapping(index, parsed.key, parsed, found, (), certain, reason))
    used = {m.account_id for m in mappings}
    kept = tuple(a for a in made if a.id in used)
    choices = tuple(a.id for a in (*accounts, *kept))
    return tuple(replace(m, choices=choices) for m in mappings), kept


def accounts_of(batch: ImportBatch) -> tuple[ParsedAccount, ...]:
    """Return the accounts a batch names, and one more for rows that name an account it doesn't list."""
    listed = {a.key: a for a in batch.accounts}
    rows: Iterable[str] = (
        row.account_key
        for rows in (
            batch.positions,
            batch.lots,
            batch.transactions,
            batch.cash,
            batch.schedule,
            batch.security_targets,
            batch.account_rules,
        )
        for row in rows
    )
    custodian = batch.broker if batch.broker in {"schwab", "fidelity", "ibkr"} else "other"
    for key in rows:
        if key not in listed:
            listed[key] = ParsedAccount(key, custodian=custodian)
    return tuple(listed.values())


def _shared_tails(listed: Sequence[ParsedAccount]) -> set[str]:
    """Return the number tails that several accounts of one file end in: they tell nothing apart."""
    counts = Counter(a.number_tail for a in listed if a.number_tail)
    return {tail for tail, count in counts.items() if count > 1}


def _found(
    parsed: ParsedAccount,
    accounts: Sequence[Account],
    known: AccountId | None,
    *,
    by_number: bool,
) -> tuple[AccountId | None, str]:
    return (known, "name") if known is not None else _match(parsed, accounts, by_number=by_number)


def _match(
    parsed: ParsedAccount, accounts: Sequence[Account], *, by_number: bool
) -> tuple[AccountId | None, str]:
    """Return the account a file's account is, by number, else name, else as the broker's only one."""
    if parsed.number_tail and by_number:
        same = [a for a in accounts if _same_number(parsed, a)]
        if len(same) == 1:
            return same[0].id, "number"
    if parsed.name:
        named = [
            a
            for a in accounts
            if a.name.casefold() == parsed.name.casefold()
            and not (parsed.number_tail and a.number_tail and not _tails_agree(parsed, a))
        ]
        if len(named) == 1 or (named and not by_number):
            return named[0].id, "name"
    if not parsed.number_tail and not parsed.name:
        theirs = [a for a in accounts if a.custodian == parsed.custodian]
        if len(theirs) == 1:
            return theirs[0].id, "only_one"
    return None, "ask"


def _same_number(parsed: ParsedAccount, account: Account) -> bool:
    custodians = {parsed.custodian, account.custodian}
    return _tails_agree(parsed, account) and (len(custodians) == 1 or "other" in custodians)


def _tails_agree(parsed: ParsedAccount, account: Account) -> bool:
    """True when the shorter tail ends the longer one: brokers show three or four characters."""
    ours, theirs = account.number_tail.upper(), parsed.number_tail.upper()
    return bool(ours) and bool(theirs) and (ours.endswith(theirs) or theirs.endswith(ours))


def _may_be_made(batch: ImportBatch, parsed: ParsedAccount, accounts: Sequence[Account]) -> bool:
    """True where a file may make an account it names; a rule for one nobody knows is a question."""
    return batch.kind != "account_rules" and _says_enough(parsed, accounts)


def _says_enough(parsed: ParsedAccount, accounts: Sequence[Account]) -> bool:
    """A name or number is enough; without them the first account, of all or of a broker, is made."""
    if parsed.name or parsed.number_tail or not accounts:
        return True
    known = parsed.custodian != "other"
    return known and all(a.custodian != parsed.custodian for a in accounts)


def _told_more(known: ParsedAccount, parsed: ParsedAccount) -> ParsedAccount:
    """Fill in what the files before did not say of a new account, such as that it is an IRA."""
    return replace(
        known,
        name=known.name or parsed.name,
        number_tail=known.number_tail or parsed.number_tail,
        type_hint=known.type_hint or parsed.type_hint,
        custodian=parsed.custodian if known.custodian == "other" else known.custodian,
        owners=known.owners or parsed.owners,
        relief=known.relief or parsed.relief,
        reinvests=parsed.reinvests if known.reinvests is None else known.reinvests,
        fractional=parsed.fractional if known.fractional is None else known.fractional,
    )


def _new_account(parsed: ParsedAccount, account_id: AccountId, people: Sequence[Person]) -> Account:
    tail = f" …{parsed.number_tail}" if parsed.number_tail else ""
    return Account(
        id=account_id,
        name=parsed.name or f"{custodian_name(parsed.custodian)}{tail}",
        type=parsed.type_hint or AccountType.TAXABLE,
        owner_ids=_owners(parsed, people),
        custodian=parsed.custodian,
        number_tail=parsed.number_tail,
        relief=parsed.relief or ReliefMethod.FIFO,
        reinvests=bool(parsed.reinvests),
        fractional=bool(parsed.fractional),
    )


def _owners(parsed: ParsedAccount, people: Sequence[Person]) -> tuple[PersonId, ...]:
    """Return the people the file names as owners, known ones only."""
    by_name = {p.name.casefold(): p.id for p in people}
    return tuple(by_name[o.casefold()] for o in parsed.owners if o.casefold() in by_name)


def custodian_name(custodian: str) -> str:
    """Return a broker's name as people write it."""
    names = {"schwab": "Schwab", "fidelity": "Fidelity", "ibkr": "IBKR", "other": "Account"}
    return names.get(custodian, custodian.title())
