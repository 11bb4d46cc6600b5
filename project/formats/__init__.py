"""How dates and times are shown where Django's own way would mislead."""
