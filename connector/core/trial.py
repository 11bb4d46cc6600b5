"""The reserved event of test messages."""

TRIAL_EVENT_ID = "connector-test"
"""Whatever names it is read and stops at the inbox, whoever sent it: no link may name it (constraint
`link_is_not_the_trial`), it gets no waiting room (`no_room_for_the_trial`), and `store_by_event`
stores nobody of it."""
