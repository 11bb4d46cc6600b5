"""One run: claim a batch, read, decide, write, record."""
