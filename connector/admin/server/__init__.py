"""This server: users, roles, background tasks."""
