"""SOQL: text → tokens → nodes → rows."""
