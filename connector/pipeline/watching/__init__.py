"""Answer how a linked event is doing, for whoever watches: reads of our own tables, each with few queries."""
