"""Let somebody without an account here do one thing: give credentials of Salesforce, or take a webhook's secret."""
