"""The way through the identity provider, as a browser goes it."""

from urllib.parse import urljoin

import requests


def come_back(world):
    """The address the provider sends the browser back to after a sign-in, and the ticket the browser has for it."""
    with requests.Session() as browser:
        def send(method, address, data=None):
            return browser.request(method, address, data=data, allow_redirects=False, timeout=30, verify=world.settings["providerCa"])

        started = send("GET", f"{world.settings['url']}/api/v1/oidc/sign-in")
        address = started.headers["location"]
        while not address.startswith(world.settings["url"]):
            answer = send("POST", address, {"login": "provided"}) if "/interaction/" in address else send("GET", address)
            address = urljoin(address, answer.headers["location"])
        return address, started.cookies["kanade_provider_sign_in"]
