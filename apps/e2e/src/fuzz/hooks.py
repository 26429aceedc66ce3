"""What schemathesis loads: signs requests in, puts real things into some of them, keeps the run alive, and counts answers."""

import atexit

import schemathesis

from counts import Counts
from recipes import prepare, protect
from world import World

world = World()
counts = Counts(world.settings["countsFile"])
atexit.register(counts.write)


def operation_id(case):
    return case.operation.definition.raw["operationId"]


def without_unknown_patterns(schema):
    """Python's regular expressions know no character classes by name: what such a pattern forbids is made up too, and may be refused."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str) and "\\p{" in schema["pattern"]:
            del schema["pattern"]
        for part in schema.values():
            without_unknown_patterns(part)
    elif isinstance(schema, list):
        for part in schema:
            without_unknown_patterns(part)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    without_unknown_patterns(raw_schema)


@schemathesis.auth(refresh_interval=None)
class SignIn:
    """Most operations take a token; those about sessions take a session, and a browser's word for where it comes from."""

    def get(self, case, context):
        person = world.holder(operation_id(case))
        if person is None:
            return {"Authorization": f"Bearer {world.settings['token']}"}
        return {"Cookie": f"kanade_session={person.session()}", "Origin": world.settings["url"]}

    def set(self, case, data, context):
        case.headers.update(data)


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = operation_id(case)
    case.headers["X-Forwarded-For"] = world.address()
    if case.meta is not None and case.meta.generation.mode.is_positive:
        prepare(world, operation, case)
    protect(world, operation, case)


@schemathesis.hook
def after_call(context, case, response):
    operation = operation_id(case)
    counts.add(operation, case.method, case.operation.method, response)
    world.learn(operation, response)
