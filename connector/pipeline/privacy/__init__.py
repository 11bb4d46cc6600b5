"""Personal data: what is held, how long, and how it is handed out and erased."""
