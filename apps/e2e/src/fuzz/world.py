"""What there is in the installation that is fuzzed, as the test has left it and the fuzz goes on to find."""

import json
import os
import random
from collections import deque

from api import Api
from people import Person

# Operations that want a session, and whose it is: each has its own, because they end each other's.
HOLDERS = {
    "changePassword": "changer",
    "offerSecondFactor": "offerer",
    "confirmSecondFactor": "confirmer",
    "disableSecondFactor": "disabler",
    "deleteSession": "leaver",
    "listSessions": "watcher",
    "endOtherSessions": "watcher",
    "endSession": "watcher",
    # An account has 200 tokens at most.
    "createToken": "maker",
}


class World:
    def __init__(self):
        with open(os.environ["KANADE_FUZZ_SETTINGS"], encoding="utf-8") as file:
            self.settings = json.load(file)
        self.random = random.Random(self.settings["seed"])
        self.api = Api(self.settings["url"], self.settings["token"], self.address)
        self.people = {name: Person(self.api, name, self.settings["password"]) for name in sorted({*HOLDERS.values(), "visitor"})}
        self.pool = {kind: list(values) for kind, values in self.settings["pool"].items()}
        # What lists have given, to be asked on from.
        self.cursors = {}
        self.positions = deque(self.pool["position"], maxlen=200)
        self.made = 0
        # Operations that have done what they are for.
        self.done = set()

    def address(self):
        """Each request comes from somewhere else, as the proxy on this machine says: waiting after wrong passwords is for guessers."""
        return f"10.{self.random.randrange(256)}.{self.random.randrange(256)}.{self.random.randrange(1, 255)}"

    def holder(self, operation):
        name = HOLDERS.get(operation)
        return None if name is None else self.people[name]

    def pick(self, kind):
        return self.random.choice(self.pool[kind])

    def happens(self, probability):
        return self.random.random() < probability

    def fresh(self, prefix):
        """A name nothing has yet."""
        self.made += 1
        return f"{prefix}-{self.settings['seed'] % 1_000_000}-{self.made}"

    def learn(self, operation, response):
        holder = self.holder(operation)
        if holder is not None:
            holder.learn(response)
        if response.status_code < 400:
            self.done.add(operation)
        if response.status_code not in (200, 201, 202) or not response.headers.get("content-type", [""])[0].startswith("application/json"):
            return
        answer = response.json()
        if isinstance(answer, dict) and isinstance(answer.get("nextCursor"), str):
            self.cursors[operation] = answer["nextCursor"]
        if isinstance(answer, dict) and isinstance(answer.get("position"), str):
            self.positions.append(answer["position"])
