"""Salesforce organisations: sign-in, test of the connection, API calls."""
