#!/usr/bin/env python3
"""Refreshes models/*.toml from a published price list.

    scripts/refresh-models.py                      fetch the list and update every model it knows
    scripts/refresh-models.py --list FILE          take the list from a file instead
    scripts/refresh-models.py --add openai/gpt-x   also add a model
    scripts/refresh-models.py --check              change nothing; fail if something would change

The list is LiteLLM's model_prices_and_context_window.json, which names the providers' own pages. Prices move:
the diff is for a person to read before it is committed. Weights follow from the price: a charged token is worth
one dollar per million.
"""

import argparse
import datetime
import json
import pathlib
import re
import sys
import tomllib
import urllib.request

SOURCE = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
MODELS = pathlib.Path(__file__).resolve().parent.parent / "models"
PREFIX = {"openai": "", "anthropic": "", "gemini": "gemini/"}
MAX_CHANGE = 10  # A price that moves by more than this factor is a mistake until a person says otherwise.


def per_million(entry, key):
    return round(float(entry.get(key) or 0) * 1e6, 6)


def display_name(model_id):
    words = re.sub(r"(?<=\d)-(?=\d)", ".", model_id).split("-")
    names = {"gpt": "GPT", "claude": "Claude", "gemini": "Gemini"}
    text = " ".join(names.get(w, w if w[0].isdigit() or re.fullmatch(r"o\d", w) else w.capitalize()) for w in words)
    return text.replace("GPT ", "GPT-")


def read(entry, old, today):
    """What the list says of a model, on top of what is known."""
    price = {
        "input": per_million(entry, "input_cost_per_token"),
        "cached_input": per_million(entry, "cache_read_input_token_cost"),
        "output": per_million(entry, "output_cost_per_token"),
    }
    if price["cached_input"] == 0:
        price["cached_input"] = price["input"]  # No discount is published.
    gone = entry.get("deprecation_date")
    output = int(entry["max_output_tokens"])
    return {
        "id": old["id"],
        "name": old.get("name") or display_name(old["id"]),
        "context_window": max(int(entry["max_input_tokens"]), output),
        "max_output_tokens": output,
        "price": price,
        "weights": {side: max(1, round(price[side] * 1e6)) for side in ("input", "output")},
        "vision": bool(entry.get("supports_vision")),
        "temperature": old.get("temperature", not entry.get("supports_reasoning") or not old["id"].startswith(("gpt-", "o"))),
        "deprecated": bool(gone) and (datetime.date.fromisoformat(gone) - today).days < 180,
    }


def check(old, new):
    for side in ("input", "output"):
        before, after = old.get("price", {}).get(side), new["price"][side]
        if after <= 0 or after > 2000:
            raise SystemExit(f"{new['id']}: a price of {after} for {side} makes no sense")
        if before and not 1 / MAX_CHANGE <= after / before <= MAX_CHANGE:
            raise SystemExit(f"{new['id']}: {side} moves from {before} to {after}; change it by hand if it is true")


def write(document):
    lines = [
        f"# {document['provider']}'s models. Refresh with scripts/refresh-models.py, and read the diff.",
        f'provider = "{document["provider"]}"',
        f'source = "{document["source"]}"',
        f'date = "{document["date"]}"',
    ]
    for model in document["models"]:
        price, weights = model["price"], model["weights"]
        lines += [
            "",
            "[[models]]",
            f'id = "{model["id"]}"',
            f'name = "{model["name"]}"',
            f"context_window = {model['context_window']}",
            f"max_output_tokens = {model['max_output_tokens']}",
            "price = { "
            + ", ".join(f"{k} = {float(price[k])!r}" for k in ("input", "cached_input", "output"))
            + " }",
            f"weights = {{ input = {weights['input']}, output = {weights['output']} }}",
            f"vision = {str(model['vision']).lower()}",
        ]
        if not model["temperature"]:
            lines.append("temperature = false")
        if model["deprecated"]:
            lines.append("deprecated = true")
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--list", help="a file with the price list")
    arguments.add_argument("--add", action="append", default=[], metavar="PROVIDER/ID")
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    if options.list:
        prices = json.loads(pathlib.Path(options.list).read_text())
    else:
        with urllib.request.urlopen(SOURCE, timeout=30) as answer:
            prices = json.load(answer)
    today = datetime.date.today()
    changed = False
    for provider, prefix in PREFIX.items():
        path = MODELS / f"{provider}.toml"
        before = path.read_text() if path.exists() else ""
        known = tomllib.loads(before).get("models", [])
        wanted = [add.split("/", 1)[1] for add in options.add if add.startswith(provider + "/")]
        known += [{"id": model} for model in wanted if model not in {m["id"] for m in known}]
        models = []
        for old in known:
            entry = prices.get(prefix + old["id"])
            if not entry:
                print(f"{provider}: the list does not know {old['id']}; left as it is", file=sys.stderr)
                models.append({"temperature": True, "deprecated": False, "vision": False} | old)
                continue
            new = read(entry, old, today)
            check(old, new)
            models.append(new)
        date = tomllib.loads(before).get("date", "") if before else ""
        document = {"provider": provider, "source": SOURCE, "date": date, "models": models}
        if write(document) == before:
            continue
        changed = True
        document["date"] = today.isoformat()
        print(f"{provider}: changed")
        if not options.check:
            path.write_text(write(document))
    return 1 if changed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
