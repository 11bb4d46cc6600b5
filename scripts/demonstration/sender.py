"""inwink's side of the webhook: messages signed as Standard Webhooks says, sent by nothing of the connector's.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable
from typing import Any

import requests

from demonstration.environment import DemoProblem
from simulator.demo.story import Delivery

TIMEOUT_SECONDS = 30
WORDS = ("accepted", "unchanged", "stale", "unlinked", "rejected")
"""What an answer counts; together the participants sent."""


def send(deliveries: Iterable[Delivery], *, url: str, secret: str) -> list[dict[str, Any]]:
    """Post each delivery and return the answers. Raises DemoProblem for one that is not accepted."""
    answers = []
    with requests.Session() as session:
        session.trust_env = False  # no proxy stands between two processes of this machine
        for delivery in deliveries:
            headers = {"Content-Type": "application/json", **_signature(delivery, secret)}
            answer = session.post(url, data=delivery.body, headers=headers, timeout=TIMEOUT_SECONDS)
            if answer.status_code != 202:
                raise DemoProblem(f"The webhook answered {answer.status_code} to {delivery.message_id}: {answer.text}")
            answers.append(answer.json())
    return answers


def count(answers: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Add up what the answers say: {word: participants}."""
    total = dict.fromkeys(WORDS, 0)
    for answer in answers:
        for word in WORDS:
            said = answer[word]
            total[word] += len(said) if isinstance(said, list) else said
    return total


def _signature(delivery: Delivery, secret: str) -> dict[str, str]:
    seconds = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{delivery.message_id}.{seconds}.".encode() + delivery.body
    digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": delivery.message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{digest}",
    }
