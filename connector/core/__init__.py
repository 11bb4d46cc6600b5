"""Decide what must happen: pure rules, standard library only."""
