"""What every page of the admin is made of: base classes, words, tags, filters, widgets."""
