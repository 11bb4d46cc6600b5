"""Merge what is heard about a participant into what is known (rules 1.1 to 1.3)."""
