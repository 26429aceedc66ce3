"""How every operation was answered, for the test that judges it."""

import json
from collections import Counter, defaultdict


class Counts:
    def __init__(self, path):
        self.path = path
        self.statuses = defaultdict(Counter)
        self.server_errors = []

    def add(self, operation, method, declared, response):
        # A request with a method that is no operation counts as a request, and as no answer of the operation it was made from.
        name = operation if method.upper() == declared.upper() else "(no operation)"
        self.statuses[name][str(response.status_code)] += 1
        if response.status_code >= 500 and len(self.server_errors) < 50:
            self.server_errors.append(f"{method} {response.request.url}: {response.status_code} {response.text[:500]}")

    def write(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump({"statuses": self.statuses, "serverErrors": self.server_errors}, file)
