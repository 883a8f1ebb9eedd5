"""The reference flow for Locust: the checks and the classes of failure are those of the k6 script and of flow.yaml."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from locust import FastHttpUser, task

PROMPTS = [
    "A scenic landscape at sunset",
    "A futuristic city skyline",
    "A peaceful forest scene",
    "A lighthouse in a storm, oil painting",
    "A bowl of ramen in studio light",
    "A watercolour mountain lake",
    "A robot reading in an old library",
    "A retro travel poster of Mars",
]
failures: Counter[str] = Counter()


def classify(status: int) -> str:
    if status == 402:
        return "credit_errors"
    return "provider_errors" if status >= 500 else "other_errors"


def body_of(response: Any) -> dict[str, Any]:
    """The answer's JSON object; an empty one where it has none."""
    try:
        return response.json() or {}
    except ValueError:
        return {}


class User(FastHttpUser):
    """Logs in and asks for an image, over and over. FastHttpUser asks for gzip by itself."""

    @task
    def flow(self) -> None:
        token = self.login()
        self.generate(token, random.choice(PROMPTS))

    def login(self) -> str | None:
        credentials = {"email": "loadtest@example.com", "password": "mock-password"}
        with self.client.post("/api/auth/login", json=credentials, catch_response=True) as answer:
            token = body_of(answer).get("token")
            if answer.status_code != 200 or token is None:
                answer.failure("login successful")
            return token

    def generate(self, token: str | None, prompt: str) -> None:
        with self.client.post(
            "/api/images/seedream4/generate",
            json={"prompt": prompt},
            headers={"Authorization": f"Bearer {token}"},
            catch_response=True,
        ) as answer:
            body = body_of(answer)
            checks = {
                "status is 202": answer.status_code == 202,
                "has session_id": "session_id" in body,
                "has client_key": "clientKey" in body,
            }
            broken = [name for name, held in checks.items() if not held]
            if broken:
                failures[classify(answer.status_code)] += 1
                answer.failure(", ".join(broken))
