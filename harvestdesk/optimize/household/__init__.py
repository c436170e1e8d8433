"""Plans for the whole household: all accounts in one certified problem."""
