"""One module per broker or layout family; none knows another."""
