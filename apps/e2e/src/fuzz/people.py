"""Somebody with a password and a session, who may be fuzzed without the run ending."""

import base64
import hashlib
import hmac
import struct
import time


def one_time_password(secret, moment=None):
    """The code an authenticator shows (RFC 6238: SHA-1, six digits, half a minute)."""
    step = int((time.time() if moment is None else moment) // 30)
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Person:
    def __init__(self, api, username, password):
        self.api = api
        self.username = username
        self.password = password
        self.cookie = None
        self.recovery_codes = []

    def session(self):
        """The cookie of a session that counts, as far as is known."""
        if self.cookie is None:
            self.cookie = self.sign_in()
        return self.cookie

    def sign_in(self):
        """A new session beside the one there is."""
        body = {"username": self.username, "password": self.password}
        if self.recovery_codes:
            body["code"] = self.recovery_codes.pop()
        return self.api.send("POST", "/session", body, token=None).cookies["kanade_session"]

    def learn(self, response):
        """Takes what a response says about the session and the second factor."""
        if response.status_code == 200 and response.request.url.endswith("/second-factor/confirm"):
            self.recovery_codes = response.json()["recoveryCodes"]
        cookie = response.headers.get("set-cookie", [""])[0].partition(";")[0].partition("=")
        if cookie[0] == "kanade_session":
            self.cookie = cookie[2] or None
        elif response.status_code == 401 and response.json().get("code") == "not-signed-in":
            self.cookie = None

    def ask(self, method, path, body):
        """As this person, outside the fuzz."""
        answer = self.api.send(method, path, body, token=None, cookie=self.session())
        self.cookie = answer.cookies.get("kanade_session", self.cookie)
        return answer

    def offer(self):
        """The secret of a second factor that waits for its code."""
        return self.ask("POST", "/account/second-factor", {"password": self.password}).json()["secret"]

    def turn_on(self):
        answer = self.ask("POST", "/account/second-factor/confirm", {"code": one_time_password(self.offer())})
        self.recovery_codes = answer.json()["recoveryCodes"]

    def turn_off(self):
        self.ask("POST", "/account/second-factor/disable", {"password": self.password})
        self.recovery_codes = []
