"""What pages of plans share: trades by account, before and after, checks, and their words."""
