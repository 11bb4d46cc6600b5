"""Long tasks: their list, the page that shows how far one is and what it came to, and the import of a file."""
