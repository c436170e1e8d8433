"""How gains are taxed: holding periods, relief methods, netting. Exact decimals, law cited."""
