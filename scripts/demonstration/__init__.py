"""The demonstration: its processes, inwink's side, the check of every expected record, and the report."""
