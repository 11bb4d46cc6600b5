"""Put logged values back, where Salesforce still holds what we wrote: preview, then carry out. Nothing is deleted."""
