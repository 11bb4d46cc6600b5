"""Set the connector up: configuration files, links, mappings, secrets of senders, schedules."""
