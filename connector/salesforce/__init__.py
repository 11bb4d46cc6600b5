"""The destination: the only package that speaks HTTP."""
