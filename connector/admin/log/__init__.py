"""The sync log, runs, and putting logged values back."""
