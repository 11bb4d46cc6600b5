"""Explain every reason, note and error code in plain words, with the next step."""
