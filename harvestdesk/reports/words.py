"""The words themselves: templates by code. Wording only; the forms are in `wording`."""

CAUSES: dict[str, str] = {
    "loss_sale": "a sale at a loss",
    "purchase": "a purchase",
    "drip": "a dividend reinvestment",
    "vest": "a share vest",
    "recurring": "a recurring purchase",
    "scheduled": "a purchase that is scheduled",
    "planned": "this plan's sale at a loss",
}

SENTENCES: dict[str, str] = {}
