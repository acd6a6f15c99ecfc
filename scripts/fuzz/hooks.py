"""What the fuzzer must know of the product: ids that exist, what would spoil the run, and where contract and code may differ."""

import hashlib
import hmac
import json
import os
import time

import requests
import schemathesis
from odd import may_accept, may_refuse

WORLD = json.loads(os.environ["YORIAI_FUZZ_WORLD"])
SPARE = {operation: list(params) for operation, params in WORLD["spare"].items()}
# The form of a request is told by these codes; any other refusal is about the state of things, which no schema can say.
OF_FORM = {"malformed", "unknown_field", "invalid_cursor", "validation_failed", "too_large", "unsupported_media_type"}
turns: dict[str, int] = {}


def operation_of(case):
    return case.operation.definition.raw["operationId"]


def turn(name):
    turns[name] = turns.get(name, 0) + 1
    return turns[name]


def is_positive(case):
    return case.meta is None or case.meta.generation.mode.value == "positive"


PASSWORD = "correct horse battery"


def new_session():
    """A session of somebody new, for operations that spend one."""
    name = f"fuzzed-{turn('session')}"
    answer = requests.post(
        WORLD["url"] + "/auth/register",
        json={"username": name, "email": f"{name}@example.org", "password": PASSWORD},
        timeout=30,
    )
    return name, answer.json()["refresh_token"], answer.json()["access_token"]


def signed(body):
    """Stripe's signature of a body as it is sent."""
    at = int(time.time())
    payload = f"{at}.{json.dumps(body)}".encode()
    return f"t={at},v1={hmac.new(WORLD['webhook_secret'].encode(), payload, hashlib.sha256).hexdigest()}"


@schemathesis.hook
def before_call(context, case, kwargs):
    name = operation_of(case)
    if name not in ("logOut", "refreshSession"):
        case.headers["Authorization"] = "Bearer " + WORLD["token"]
    elif is_positive(case) and turn(name) % 3 == 0:
        # A session of its own: the run's would end with its first log-out.
        case.body = {"refresh_token": new_session()[1]}
    if name == "deleteMe" and is_positive(case) and turn(name) % 3 == 0:
        case.headers["Authorization"] = "Bearer " + new_session()[2]
        case.body = {"password": PASSWORD, "messages": turn("account") % 2 == 0}
    if name == "logIn" and is_positive(case) and turn(name) % 3 == 0:
        case.body = {"login": new_session()[0], "password": PASSWORD}
    if not is_positive(case):
        return
    if name in SPARE and SPARE[name]:
        case.path_parameters.update(SPARE[name].pop())
    elif name not in SPARE and case.path_parameters:
        known = WORLD["rooms"][turn("room") % len(WORLD["rooms"])]
        for parameter in case.path_parameters:
            case.path_parameters[parameter] = known[parameter]
    if name == "getUsage" and turn(name) % 2:
        case.query.update({"from": "2026-11-01", "to": "2026-11-30"})
    if isinstance(case.body, dict):
        spare_the_world(name, case.body)
    if name == "stripeWebhook" and turn(name) % 3:
        case.headers["Stripe-Signature"] = signed(case.body)


def spare_the_world(name, body):
    if name == "updateRoom" and body.get("is_archived"):
        body["is_archived"] = False  # an archived room would answer nothing but that it is
    if name == "updateMe" and "ai_may_read" in body:
        body["ai_may_read"] = True  # who keeps their words from the AI cannot ask it
    if name == "markRead":
        body["message_id"] = WORLD["rooms"][turns.get("room", 0) % len(WORLD["rooms"])]["messageId"]
    if name == "sendMessage":
        body.pop("reply_to", None)
        if turn("ask") % 20:
            body.pop("ai", None)
        elif "ai" in body:
            body["ai"] = {}
        if "ai" not in body:
            body.pop("visibility", None)
    if name in ("transferRoom", "sendMessage", "searchMessages"):
        if "user_id" in body:
            body["user_id"] = WORLD["rooms"][0]["userId"]
        body.pop("mentions", None)
        body.pop("room_id", None)
    if name == "forwardMessage":
        body["room_id"] = WORLD["rooms"][0]["roomId"]
    if name == "forkRoom":
        body.pop("up_to_message_id", None)
    if name == "createInvitation":
        for field in ("username", "group_id"):
            body.pop(field, None)
        body["kind"] = "link"
    if name in ("previewInvitationLink", "joinByLink"):
        body["token"] = WORLD["link_token"]
    if name == "createCheckout" and turn(name) % 3:
        body["offer"] = WORLD["offers"][turn("offer") % len(WORLD["offers"])]
    if name == "stripeWebhook" and turn("event") % 2:
        body.update(WORLD["event"])
    if name in ("createRoom", "updateRoom"):
        for field in ("ai_provider", "ai_model"):
            if field in body:
                body[field] = "scripted"


def code_of(response):
    if "json" not in response.headers.get("content-type", [""])[0]:
        return None
    body = response.json()
    return body.get("code") if isinstance(body, dict) else None


@schemathesis.check
def the_contract_and_the_code_agree(ctx, response, case):
    """What the contract allows is not refused for its form; what it forbids is not accepted."""
    code = code_of(response)
    if is_positive(case) and code in OF_FORM and not may_refuse(operation_of(case), case, response.json()):
        raise AssertionError(f"{operation_of(case)}: the contract allows what was refused with {code}: {response.json()['detail']}")
    if not is_positive(case) and response.status_code < 300 and not may_accept(case):
        raise AssertionError(f"{operation_of(case)}: the contract forbids what was answered with {response.status_code}")


