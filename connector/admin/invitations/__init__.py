"""Ask somebody who has no account here: the letters, the single-use links, and the record of both."""
