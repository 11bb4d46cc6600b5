"""The link wizard: the form of a new link, a few questions at a time. What it saves is what the form would save."""
