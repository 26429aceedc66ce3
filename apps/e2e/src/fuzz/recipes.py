"""Real things for requests that are made up: without them nearly all would end at "not found"."""

from base64 import urlsafe_b64decode
from time import monotonic, sleep
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from people import one_time_password
from provider import come_back

# Whoever the run stands on; what would end them is done to somebody else.
ENDS_ACCOUNT = {"disableAccount", "setAccountGrants", "resetAccount", "endAccountSessions"}
ENDS_ENDPOINT = {"revokeEndpoint", "retireEndpoint", "eraseEndpoint"}
ENDS_TOKEN = {"revokeToken", "revokeOwnToken"}
BUILDS = {"rebuildReadModel", "retryPoison"}


def protect(world, operation, case):
    """Keeps the account that fuzzes, those it signs in as, and a few endpoints from harm, whatever the request was to be."""
    path = case.path_parameters
    if operation in ENDS_ACCOUNT and path.get("username") in world.settings["protectedAccounts"]:
        path["username"] = world.pick("username")
    if operation in ENDS_ENDPOINT and path.get("endpointId") in world.settings["protectedEndpoints"]:
        path["endpointId"] = world.pick("spareEndpoint")
    if operation in BUILDS and operation not in world.done:
        wait_for_what_is_built(world)
    # Ids that answers have told are used again.
    if operation in ENDS_TOKEN and path.get("tokenId") in [id_of(world.settings[name]) for name in ("token", "askersToken")]:
        path["tokenId"] = str(uuid4())


def wait_for_what_is_built(world):
    """One at a time; both are asked for so seldom that none may be lost to the other."""
    until = monotonic() + 20
    while world.api.send("GET", "/read-model", None).json()["rebuild"] is not None and monotonic() < until:
        sleep(0.1)


def id_of(token):
    """A token begins with its id."""
    return str(UUID(bytes=urlsafe_b64decode(token.removeprefix("kanade_"))[:16]))


def prepare(world, operation, case):
    """Puts things that exist into a request that fits the schema; the others stay as they were made up."""
    for name in case.path_parameters:
        if name in world.pool and world.happens(0.6):
            case.path_parameters[name] = world.pick(name)
    prepare_query(world, operation, case.query)
    if isinstance(case.body, dict):
        prepare_body(world, case.body)
    recipe = RECIPES.get(operation)
    # Often until it has worked once, then now and then: each of these takes further requests.
    if recipe is not None and world.happens(0.1 if operation in world.done else 0.5):
        recipe(world, case)


def prepare_query(world, operation, query):
    for name in list(query):
        if name in ("minPosition", "after", "at") or (operation == "diffEndpoint" and name in ("from", "to")):
            if world.happens(0.7):
                query[name] = world.random.choice(world.positions)
        elif name == "cursor":
            if operation not in world.cursors or world.happens(0.3):
                del query["cursor"]
            elif world.happens(0.7):
                query["cursor"] = world.cursors[operation]
        elif name in world.pool and world.happens(0.5):
            query[name] = world.pick(name)


def prepare_body(world, body):
    for name in list(body):
        if name in ("site", "endpointId") and world.happens(0.7):
            body[name] = world.pick(name)
        elif name == "sites" and body[name] != "all" and world.happens(0.7):
            body[name] = [world.pick("site")]
        elif name == "runIds" and world.happens(0.5):
            body[name] = [world.pick("runId")]
    for grant in body.get("grants", []):
        if isinstance(grant, dict) and isinstance(grant.get("sites"), list) and world.happens(0.7):
            grant["sites"] = [world.pick("site")]


def visitor_signs_in(world, case):
    case.body.update(username="visitor", password=world.settings["password"])
    case.body.pop("code", None)


def by_a_new_link(world, case):
    link = world.api.send("POST", f"/accounts/{world.pick('username')}/reset", {"removeSecondFactor": False}).json()["link"]
    case.body["token"] = link.partition("#")[2]


def own_password(field):
    def recipe(world, case):
        case.body[field] = world.settings["password"]
        if "newPassword" in case.body:
            case.body["newPassword"] = world.settings["password"]

    return recipe


def code_of_a_new_factor(world, case):
    person = world.people["confirmer"]
    person.turn_off()
    case.body["code"] = one_time_password(person.offer())
    case.headers["Cookie"] = f"kanade_session={person.session()}"


def own_factor(world, case):
    person = world.people["disabler"]
    person.turn_off()
    person.turn_on()
    case.body["password"] = person.password
    case.headers["Cookie"] = f"kanade_session={person.session()}"


def another_session(world, case):
    person = world.people["watcher"]
    person.sign_in()
    others = [each["sessionId"] for each in person.ask("GET", "/sessions", None).json()["items"] if not each["current"]]
    case.path_parameters["sessionId"] = world.random.choice(others)


def a_few_targets(world, case):
    case.body["targets"] = world.random.choice([
        {"kind": "endpoints", "ids": world.random.sample(world.settings["protectedEndpoints"], 2)},
        {"kind": "sites", "sites": ["default"]},
    ])
    if world.happens(0.5):
        case.body["what"] = {"kind": "job", "jobId": world.pick("jobId")}
    case.body.pop("confirm", None)
    case.body["expiresIn"] = "1h"


def on_whom_nobody_answers(world, confirm=None, token="own"):
    """A new execution that goes on as long as it is left alone."""
    targets = {"kind": "endpoints", "ids": [world.settings["silentEndpoint"]]} if confirm is None else {"kind": "all"}
    body = {"targets": targets, "what": {"kind": "script", "execute": {"shell": "sh", "script": "true"}}}
    if confirm is not None:
        body["confirm"] = confirm
    return world.api.send("POST", "/executions", body, token=token).json()["executionId"]


def a_running_execution(world, case):
    case.path_parameters["executionId"] = on_whom_nobody_answers(world)
    case.body.pop("runIds", None)


def one_that_waits(world, case):
    case.path_parameters["executionId"] = on_whom_nobody_answers(world, {"kind": "approval"}, world.settings["askersToken"])


def an_ended_execution(world, case):
    case.path_parameters["executionId"] = world.pick("executionId")
    case.body.pop("runIds", None)


def a_new_site(world, case):
    case.path_parameters["site"] = world.fresh("site")
    world.api.send("PUT", f"/sites/{case.path_parameters['site']}")


def a_new_secret(world, case):
    case.path_parameters["name"] = world.fresh("secret")
    world.api.send("PUT", f"/secrets/{case.path_parameters['name']}", {"value": "c2VjcmV0"})


def a_new_enrolment_token(world, case):
    case.path_parameters["tokenId"] = world.api.send("POST", "/enrolment-tokens", {}).json()["tokenId"]


def with_scopes(world, case):
    case.body["scopes"] = world.random.choice([None, ["read"], [f"job:run:{world.pick('jobId')}@site:{world.pick('site')}", "audit:read"]])
    case.body["expiresIn"] = "1h"


def a_new_token(world, case):
    body = {"name": "soon gone", "scopes": ["read"], "expiresIn": "1h"}
    case.path_parameters["tokenId"] = world.api.send("POST", "/account/tokens", body).json()["tokenId"]


def of_a_fresh_name(world, case):
    case.body["username"] = world.fresh("made")
    for grant in case.body["grants"]:
        grant["sites"] = "all" if grant["role"] == "admin" else [world.pick("site")]


def of_what_there_is(world, case):
    case.query.update({"from": 1, "to": 2})


def from_the_beginning(world, case):
    for name in ("checkpoint", "resume", "after", "minPosition"):
        case.query.pop(name, None)


def an_output(world, case):
    case.path_parameters["runId"] = world.pick("outputRunId")
    case.query.pop("offset", None)


def from_the_provider(world, case):
    callback, ticket = come_back(world)
    case.query.update({name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()})
    case.headers["Cookie"] = f"kanade_provider_sign_in={ticket}"


def a_poisoned_event(world, case):
    case.path_parameters["position"] = world.pick("poisonPosition")
    case.query.pop("stream", None)


def as_much_as_there_is(world, case):
    case.body = {}


RECIPES = {
    "createSession": visitor_signs_in,
    "createSessionToken": visitor_signs_in,
    "createToken": with_scopes,
    "revokeOwnToken": a_new_token,
    "revokeToken": a_new_token,
    "setPassword": by_a_new_link,
    "changePassword": own_password("currentPassword"),
    "offerSecondFactor": own_password("password"),
    "confirmSecondFactor": code_of_a_new_factor,
    "disableSecondFactor": own_factor,
    "endSession": another_session,
    "createAccount": of_a_fresh_name,
    "createExecution": a_few_targets,
    "cancelExecution": a_running_execution,
    "approveExecution": one_that_waits,
    "denyExecution": one_that_waits,
    "eraseOutput": an_ended_execution,
    "deleteSite": a_new_site,
    "deleteSecret": a_new_secret,
    "revokeEnrolmentToken": a_new_enrolment_token,
    "getRunOutput": an_output,
    "getPoison": a_poisoned_event,
    "getConsistency": of_what_there_is,
    "exportEvents": from_the_beginning,
    "sealArchive": as_much_as_there_is,
    "endProviderSignIn": from_the_provider,
}
