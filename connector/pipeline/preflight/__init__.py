"""Check a connection and a link before they are relied on, and say what to do about each thing that is not well."""
