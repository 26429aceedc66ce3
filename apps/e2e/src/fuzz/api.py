"""Requests outside the fuzz, which must succeed: they make what the fuzz then uses."""

from http.cookiejar import DefaultCookiePolicy

import requests


class Api:
    def __init__(self, url, token, address):
        self.url = url
        self.token = token
        self.address = address
        self.connection = requests.Session()
        # Whose cookie goes with a request is said with each of them.
        self.connection.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, method, path, body=None, token="own", cookie=None):
        headers = {"X-Forwarded-For": self.address()}
        if token is not None:
            headers["Authorization"] = f"Bearer {self.token if token == 'own' else token}"
        if cookie is not None:
            headers["Origin"] = self.url
            headers["Cookie"] = f"kanade_session={cookie}"
        answer = self.connection.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=30)
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        return answer
