"""Notice that the organisation has no room left for new records: whoever would be created waits then (rule 6.6).

It is no fault of any row: the next one is refused alike, whereas changes of what exists still pass.
"""

from collections.abc import Collection, Iterable

from connector.pipeline.progress import Progress
from connector.pipeline.reading import ConfigurationProblemError

STORAGE_FULL = "STORAGE_LIMIT_EXCEEDED"
"""https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm"""


def find_without_room(work: Iterable[Progress]) -> frozenset[Progress]:
    """Return the people for whom something could not be created for want of storage."""
    return frozenset(one for one in work if any(error.code == STORAGE_FULL for error in one.errors))


def require_room(refused: Collection[Progress]) -> None:
    """Raise ConfigurationProblemError where somebody found no room."""
    messages = [error.message for one in refused for error in one.errors if error.code == STORAGE_FULL]
    if messages:
        raise ConfigurationProblemError(STORAGE_FULL, messages[0])
