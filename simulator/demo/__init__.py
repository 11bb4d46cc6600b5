"""The demonstration: an organisation, two events, and people about whom it is known how each must end."""
