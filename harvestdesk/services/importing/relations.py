"""What an own CSV may carry beside holdings and the ledger, merged into what the household has."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.relations import Equivalent, IdenticalSet, Replacement
from harvestdesk.domain.security import Security
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.domain.transaction import ScheduledPurchase
from harvestdesk.importers.batch import ImportBatch
from harvestdesk.services.importing.plan_facts import merged_outside, merged_rules
from harvestdesk.services.importing.tax_facts import merged_gains, merged_law_changes

SecurityOf = Callable[[str], Security]
AccountOf = Callable[[str], AccountId]
CountRow = Callable[[bool], None]


@dataclass(frozen=True)
class Relations:
    """The household's targets, schedules, relations, tax facts, account rules and outside holdings."""

    scheduled: tuple[ScheduledPurchase, ...] = ()
    class_targets: tuple[ClassTarget, ...] = ()
    security_targets: tuple[SecurityTarget, ...] = ()
    identical_sets: tuple[IdenticalSet, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    external_gains: tuple[ExternalGain, ...] = ()
    law_changes: tuple[LawChange, ...] = ()
    account_rules: tuple[AccountRule, ...] = ()
    outside: tuple[OutsideHolding, ...] = ()

    def merged(
        self,
        batch: ImportBatch,
        account_of: AccountOf,
        security_of: SecurityOf,
        new_id: Callable[[str], str],
        count: CountRow,
    ) -> "Relations":
        """Return these with what a file says put in; `count` is told of each row whether it is new."""
        return Relations(
            self._scheduled(batch, account_of, security_of, new_id, count),
            self._class_targets(batch, count),
            self._security_targets(batch, account_of, security_of, count),
            self._identical(batch, security_of, count),
            self._replacements(batch, security_of, count),
            self._equivalents(batch, security_of, count),
            merged_gains(self.external_gains, batch.external_gains, new_id, count),
            merged_law_changes(self.law_changes, batch.law_changes, new_id, count),
            merged_rules(self.account_rules, batch.account_rules, account_of, security_of, count),
            merged_outside(self.outside, batch.outside, security_of, new_id, count),
        )

    def _scheduled(
        self,
        batch: ImportBatch,
        account_of: AccountOf,
        security_of: SecurityOf,
        new_id: Callable[[str], str],
        count: CountRow,
    ) -> tuple[ScheduledPurchase, ...]:
        found = {(s.account_id, s.type, s.security_id): s for s in self.scheduled}
        for row in batch.schedule:
            key = (account_of(row.account_key), row.type, security_of(row.symbol).id)
            old = found.get(key)
            made = ScheduledPurchase(
                id=old.id if old else new_id("scheduled"),
                type=row.type,
                account_id=key[0],
                security_id=key[2],
                next_on=row.next_on,
                every_days=row.every_days,
                until=row.until,
                shares=row.shares,
                amount=row.amount,
                confirmed=row.confirmed,
                note=row.note,
            )
            count(made != old)
            found[key] = made
        return tuple(found.values())

    def _class_targets(self, batch: ImportBatch, count: CountRow) -> tuple[ClassTarget, ...]:
        found = {t.asset_class: t for t in self.class_targets}
        for row in batch.class_targets:
            made = ClassTarget(row.asset_class, row.weight, row.low, row.high)
            count(found.get(row.asset_class) != made)
            found[row.asset_class] = made
        return tuple(found.values())

    def _security_targets(
        self, batch: ImportBatch, account_of: AccountOf, security_of: SecurityOf, count: CountRow
    ) -> tuple[SecurityTarget, ...]:
        """A file of targets is the whole model of each account it names."""
        accounts = {account_of(row.account_key) for row in batch.security_targets}
        old = set(self.security_targets)
        kept = [t for t in self.security_targets if t.account_id not in accounts]
        for row in batch.security_targets:
            made = SecurityTarget(
                account_of(row.account_key), security_of(row.symbol).id, row.weight
            )
            count(made not in old)
            kept.append(made)
        return tuple(kept)

    def _identical(
        self, batch: ImportBatch, security_of: SecurityOf, count: CountRow
    ) -> tuple[IdenticalSet, ...]:
        """A security is in one set: naming it in another moves it."""
        sets = {s.id: s for s in self.identical_sets}
        for row in batch.identical:
            member = security_of(row.symbol).id
            set_id = IdenticalSetId(f"set:{row.set_name}")
            target = sets.get(set_id) or IdenticalSet(set_id, row.set_name, (), row.reason)
            count(member not in target.security_ids)
            sets = {i: _without(s, member) for i, s in sets.items() if i != set_id}
            others = _without(target, member).security_ids
            sets[set_id] = replace(target, security_ids=(*others, member))
        return tuple(s for s in sets.values() if s.security_ids)

    def _replacements(
        self, batch: ImportBatch, security_of: SecurityOf, count: CountRow
    ) -> tuple[Replacement, ...]:
        found = {(r.security_id, r.replacement_id): r for r in self.replacements}
        for row in batch.replacements:
            key = (security_of(row.symbol).id, security_of(row.replacement).id)
            made = Replacement(*key, row.rank, row.hurdle_bp, row.buy_allowed, row.note)
            count(found.get(key) != made)
            found[key] = made
        return tuple(found.values())

    def _equivalents(
        self, batch: ImportBatch, security_of: SecurityOf, count: CountRow
    ) -> tuple[Equivalent, ...]:
        found = {(e.primary_id, e.member_id): e for e in self.equivalents}
        for row in batch.equivalents:
            key = (security_of(row.primary).id, security_of(row.member).id)
            made = Equivalent(*key, row.hurdle_bp)
            count(found.get(key) != made)
            found[key] = made
        return tuple(found.values())


def _without(group: IdenticalSet, member: SecurityId) -> IdenticalSet:
    return replace(group, security_ids=tuple(m for m in group.security_ids if m != member))
