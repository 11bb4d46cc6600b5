"""The admin, one file an area."""
