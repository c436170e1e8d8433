"""What things are: frozen values of the household, its lots, trades and plans. Standard library only."""
