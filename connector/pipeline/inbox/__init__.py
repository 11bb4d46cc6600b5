"""The inbox: take messages and export files, keep what no link names, read once more."""
