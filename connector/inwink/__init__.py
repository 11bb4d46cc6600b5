"""The source: reads what inwink sends (webhook payloads, export files)."""
