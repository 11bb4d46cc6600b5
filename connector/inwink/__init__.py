"""Read what inwink sends: signed messages, participants, and the files of its grid export."""
