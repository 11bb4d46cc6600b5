"""Participants: the list, the page of one, answers, erased people."""
