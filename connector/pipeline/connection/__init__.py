"""Reach Salesforce: tokens, gateways, describes, campaigns, and the check of a connection."""
