"""Bring the participants of inwink events into Salesforce campaigns."""
