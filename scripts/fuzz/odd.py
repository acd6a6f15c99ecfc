"""Where contract and code may differ, each with its reason. What a schema can say belongs into the contract, not here."""

import datetime
import os
import re
import unicodedata

import jsonschema_rs
import yaml

with open(os.environ["YORIAI_CONTRACT"], encoding="utf-8") as file:
    CONTRACT = yaml.safe_load(file)

# Letters by their category, which show nothing.
FILLERS = "\u2800\u3164\u115f\u1160\uffa0"


def unseen(text):
    return all(unicodedata.category(c)[0] in "CZM" or c in FILLERS for c in text)


def may_refuse(operation, case, problem):
    """What a schema cannot say, and the contract says in words."""
    query, body = case.query or {}, case.body if isinstance(case.body, dict) else {}
    field = (problem.get("errors") or [{}])[0].get("field")
    if len({"before", "after", "around"} & query.keys()) > 1:
        return True  # at most one of the three
    if field in ("name", "content", "draft") and unseen(body.get(field, "x")):
        return True  # there must be something to see
    if field == "display_name":
        name = body.get("display_name", "")
        return unseen(name) or any(unicodedata.category(c)[0] in "CM" or unicodedata.category(c) in ("Zl", "Zp") or unseen(c) and c != " " for c in name)  # nothing hidden
    if field == "name" and any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in body.get("name", "")):
        return True  # in one line
    if field == "ai_context_cutoff_at" and "future" in problem["detail"]:
        return True  # nothing said today is older than a moment to come
    if field == "effort" and problem["code"] == "validation_failed":
        # which of the words a model takes, its entry in the list says
        return any(e in ("none", "low", "medium", "high") for e in (body.get("effort"), (body.get("ai") or {}).get("effort")))
    if operation == "registerUser" and field == "email":
        email = body.get("email", "")
        # 254 bytes, and no character that nobody sees
        return len(email.encode("utf-8", "surrogatepass")) > 254 or any(unicodedata.category(c)[0] in "CZ" or unseen(c) for c in email)
    if operation == "registerUser" and field == "password":
        return not 10 <= len(unicodedata.normalize("NFC", body.get("password", ""))) <= 128  # counted in NFC
    if operation == "getUsage" and field in ("from", "to"):
        return not (real_day(query.get("from")) and real_day(query.get("to")) and query["from"] <= query["to"]) or "366" in problem["detail"]
    if operation == "searchUsers" and field == "query":
        return any(unicodedata.category(c)[0] in "CZ" for c in query.get("query", ""))  # two characters without outer spaces
    if operation == "transferRoom" and field == "user_id":
        return True  # who is in the room
    if operation == "searchMessages" and field in ("till", "from_ai", "sender_id", "query"):
        return True  # what belongs together, and what has nothing to look for
    if operation == "updateMember" and not body:
        return True  # something must change
    if problem["code"] == "malformed" and any(isinstance(v, float) for v in body.values()):
        return True  # 256.0 is a whole number to JSON Schema; the contract asks for one without a fraction
    return False


def real_day(text):
    try:
        return datetime.date.fromisoformat(text).year > 0
    except (TypeError, ValueError):
        return False


def may_accept(case):
    """Unknown names in the query and among the headers are ignored, and so is a body where none is read: everything that
    the contract names fits it."""
    raw = case.operation.definition.raw
    for parameter in map(resolved, raw.get("parameters", [])):
        given = {"query": case.query, "header": case.headers, "path": case.path_parameters}[parameter["in"]] or {}
        if parameter["name"] not in given:
            if parameter.get("required"):
                return False
        elif not fits(parameter["schema"], read(given[parameter["name"]], parameter["schema"])):
            return False
    if "requestBody" not in raw:
        return True
    schema = raw["requestBody"]["content"]["application/json"]["schema"]
    return case.media_type == "application/json" and fits(schema, case.body)


def resolved(node):
    while "$ref" in node:
        target = CONTRACT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def read(value, schema):
    """A value as it travels, read as the type that is asked for."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", str(value)):
        return int(value)
    return value


def fits(schema, value):
    whole = {"allOf": [schema], "components": CONTRACT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True).is_valid(value)
