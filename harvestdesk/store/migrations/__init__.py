"""Every step of the schema, named statically so that a frozen build carries them all."""

from harvestdesk.store.migrations import m0001_initial
from harvestdesk.store.migrations.runner import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "The first released form.", m0001_initial.STATEMENTS),
)

CURRENT = MIGRATIONS[-1].number
"""Schema number this program reads and writes."""
