"""One GET at a rate, as near as Locust gets: each user keeps its own pace, and they begin spread over one period."""

from __future__ import annotations

import os
import random

import gevent
from locust import FastHttpUser, constant_throughput, task

PACE = float(os.environ["RATE"]) / float(os.environ["USERS"])
"""Requests a second of one user."""


class User(FastHttpUser):
    """Locust has no open model: a user that waits for its answer sends nothing meanwhile."""

    wait_time = constant_throughput(PACE)

    def on_start(self) -> None:
        gevent.sleep(random.random() / PACE)

    @task
    def work(self) -> None:
        self.client.get("/")
