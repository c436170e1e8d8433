"""The cone solvers by name: Clarabel first, SCS as the announced second."""

CLARABEL, SCS = "CLARABEL", "SCS"


def solver_version(solver: str) -> str:
    """Return the installed version of a solver."""
    import clarabel
    import scs

    return str(clarabel.__version__ if solver == CLARABEL else scs.__version__)
