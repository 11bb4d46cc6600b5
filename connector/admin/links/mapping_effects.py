"""Hold a link's mappings against its changed settings: what a change would break is refused, the rest is said."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.models import CampaignLink
from connector.pipeline.setup.link_check import MappingProblem, mapping_problems
from connector.pipeline.setup.link_setup import LinkFacts


@dataclass(frozen=True, slots=True)
class Effects:
    """What is wrong with the mappings of a link once its settings are as a person wants them."""

    brought: Sequence[MappingProblem] = ()
    """What is wrong only because of the change."""
    left: Sequence[MappingProblem] = ()
    """What was wrong before, and still is."""


def effects_of(link: CampaignLink, facts: LinkFacts) -> Effects:
    """Judge the stored mappings of a link under its settings in memory; two queries."""
    stored = CampaignLink.objects.filter(pk=link.pk).first()
    if stored is None or not facts.is_known:
        return Effects()
    mappings = list(link.mappings.all())
    before = mapping_problems(stored, mappings, schema_of=facts.schema_of)
    after = mapping_problems(link, mappings, schema_of=facts.schema_of)
    return Effects(
        brought=[problem for problem in after if problem not in before],
        left=[problem for problem in after if problem in before],
    )
