"""HarvestDesk: tax lots, wash sales and harvest plans of a household."""

__version__ = "0.1.0"
