"""The outbox: merge into it, ask for sending, claim what is due."""
