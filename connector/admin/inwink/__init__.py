"""What comes from inwink: the inbox, events that are not linked yet, webhook sources."""
