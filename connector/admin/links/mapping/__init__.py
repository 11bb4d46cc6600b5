"""The editor of a link's field mappings: what was received on one side, what Salesforce takes on the other."""
