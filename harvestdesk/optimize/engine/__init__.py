"""Certified household plans: perspective relaxation, branch and bound, and a bound that stays true."""
