"""Who has to be looked at again in a preview."""

from connector.pipeline.previews.batches import met_again


def test_people_of_one_record_are_looked_at_again_where_they_stood_in_several_batches() -> None:
    first = {"Contact A": [1, 2], "Lead B": [3]}
    second = {"Contact A": [4], "Lead C": [5, 6]}
    assert met_again([first, second]) == [[1, 2, 4]]


def test_people_who_were_looked_at_together_are_not_read_again() -> None:
    assert met_again([{"Contact A": [1, 2]}, {"Lead C": [5, 6]}]) == []
