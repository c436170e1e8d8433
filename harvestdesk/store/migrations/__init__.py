"""Every step of the schema, named statically so that a frozen build carries them all."""

from harvestdesk.store.migrations import m0001_initial, m0002_tax_facts, m0003_plan_facts
from harvestdesk.store.migrations.runner import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "The first released form.", m0001_initial.STATEMENTS),
    Migration(
        2,
        "Tax facts, readings of the law, corporate actions and short sales.",
        m0002_tax_facts.STATEMENTS,
    ),
    Migration(
        3,
        "Account rules, outside holdings and volumes.",
        m0003_plan_facts.STATEMENTS,
    ),
)

CURRENT = MIGRATIONS[-1].number
"""Schema number this program reads and writes."""
