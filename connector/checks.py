"""System checks of the connector's settings."""
