"""The shell: receive, enqueue, claim, apply, record; owns the transactions that span tables."""
