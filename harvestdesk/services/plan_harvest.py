"""Plan a year-end harvest: gather the inputs, run, and keep the plan if nothing changed meanwhile."""

from datetime import date

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.cancel import Cancellation, Report, silent
from harvestdesk.services import plans
from harvestdesk.services.context import AppContext
from harvestdesk.services.plans import PlanRequest, keep

__all__ = ["keep", "prepare", "run"]


def prepare(
    ctx: AppContext, settings: HarvestSettings, as_of: date | None = None
) -> PlanRequest[HarvestSettings]:
    """Return the inputs of a harvest on `as_of` (default: the viewing day).

    Raises:
        BadInputError: for an account or security in the settings that doesn't exist, an empty
            household, or a day the household has left behind.
    """
    request = plans.gather(ctx, settings, as_of)
    _check(settings, request.snapshot)
    return request


def run(
    request: PlanRequest[HarvestSettings],
    token: Cancellation | None = None,
    report: Report = silent,
) -> Proposal:
    """Work a harvest out here and now; nothing is stored.

    Raises:
        NoPlanError: no feasible plan; the message names the rules in conflict.
        CancelledError: the token was set.
    """
    return plans.run_any(request, token, report)


def _check(settings: HarvestSettings, snapshot: HouseholdSnapshot) -> None:
    accounts = {a.id: a for a in snapshot.accounts}
    for account_id in settings.account_ids:
        account = accounts.get(account_id)
        if account is None or not account.type.is_taxable:
            known = ", ".join(f"{a.id} ({a.name})" for a in accounts.values() if a.type.is_taxable)
            raise BadInputError(
                f"{account_id} is not a taxable account of this household. Expected one of: {known}.",
                code="plan.account",
            )
    for security_id in settings.excluded_security_ids:
        if security_id not in snapshot.security_by_id:
            raise BadInputError(
                f"There is no security {security_id} in this household to leave out.",
                code="plan.security",
            )
    if not snapshot.lots:
        raise BadInputError(
            "The household holds no lots yet; import a broker's file first.", code="plan.empty"
        )
