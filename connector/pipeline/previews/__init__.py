"""Show what would be written, and write nothing."""
