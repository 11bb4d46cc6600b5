"""Find the Salesforce record of a person, and who is the same one (rules 2.1 to 2.9)."""
