"""HTTP views: the webhook and what monitoring reads."""
