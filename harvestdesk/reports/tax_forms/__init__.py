"""Pages for the tax return: functions from a household and its year to a Report, and the rows behind them."""
