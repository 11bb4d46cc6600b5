"""Tests; the folders mirror connector/."""
