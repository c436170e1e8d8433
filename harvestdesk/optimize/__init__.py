"""Plans proposed by convex optimisation; the only room that imports cvxpy."""
