"""Work out what is written for each person: the record, its fields, the membership (rules 3 to 6)."""
