"""Links between an event and a campaign: the form, its checks and what it sets in motion."""
