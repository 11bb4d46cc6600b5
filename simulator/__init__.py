"""A local Salesforce over real HTTP: it states Salesforce's rules, never what a client needs.

Stand-alone: imports neither Django nor the connector. Start it with ``python -m simulator``.
"""
