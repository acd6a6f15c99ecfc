#!/usr/bin/env python3
"""Refreshes the prices and limits in models/*.toml from a published list.

    scripts/refresh-models.py                      fetch the list and update every model it knows
    scripts/refresh-models.py --list FILE          take the list from a file instead
    scripts/refresh-models.py --add openai/gpt-x   also add a model
    scripts/refresh-models.py --check              change nothing; fail if something would change

The list is LiteLLM's model_prices_and_context_window.json, which names the providers' own pages. Prices move:
the diff is for a person to read before it is committed. Weights follow from the price: a charged token is worth
one dollar per million. An entry whose figures change names the list as its source.

What the list does not tell (how a model thinks and counts, which parameters it takes) stays as it is, and is left
out of a model that is added: the gateway's tests fail until a person has looked it up.
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


def long_context(entry):
    """The price above so many input tokens, if the list has one."""
    for key in entry:
        above = re.fullmatch(r"input_cost_per_token_above_(\d+)k_tokens", key)
        if above:
            suffix = key.removeprefix("input_cost_per_token")
            price = prices(entry, suffix)
            return {"above": int(above[1]) * 1000} | price
    return None


def prices(entry, suffix=""):
    price = {
        "input": per_million(entry, "input_cost_per_token" + suffix),
        "cached_input": per_million(entry, "cache_read_input_token_cost" + suffix),
        "output": per_million(entry, "output_cost_per_token" + suffix),
    }
    if price["cached_input"] == 0:
        price["cached_input"] = price["input"]  # No discount is published.
    return price


def read(entry, old, today):
    """What the list says of a model, on top of what is known."""
    price, long = prices(entry), long_context(entry)
    gone = entry.get("deprecation_date")
    output = int(entry["max_output_tokens"])
    figures = {
        "context_window": max(int(entry["max_input_tokens"]), output),
        "max_output_tokens": output,
        "price": price,
        "weights": {side: max(1, round(price[side] * 1e6)) for side in ("input", "output")},
        "deprecated": old.get("deprecated", False)
        or bool(gone) and (datetime.date.fromisoformat(gone) - today).days < 180,
    }
    if long:
        figures["long_context"] = long
    new = {"name": display_name(old["id"])} | old | figures
    if new != old:
        new |= {"source": SOURCE, "date": today.isoformat()}
    return new


def check(old, new):
    for side in ("input", "output"):
        before, after = old.get("price", {}).get(side), new["price"][side]
        if after <= 0 or after > 2000:
            raise SystemExit(f"{new['id']}: a price of {after} for {side} makes no sense")
        if before and not 1 / MAX_CHANGE <= after / before <= MAX_CHANGE:
            raise SystemExit(f"{new['id']}: {side} moves from {before} to {after}; change it by hand if it is true")


ORDER = (
    "id name source date context_window max_output_tokens price long_context weights tokenizer images reasoning"
    " temperature stop deprecated streaming"
).split()


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def write(comments, provider, models):
    lines = [*comments, f'provider = "{provider}"']
    for model in models:
        lines += ["", "[[models]]"]
        lines += [f"{key} = {toml(model[key])}" for key in sorted(model, key=ORDER.index)]
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--list", help="a file with the price list")
    arguments.add_argument("--add", action="append", default=[], metavar="PROVIDER/ID")
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    if options.list:
        listed = json.loads(pathlib.Path(options.list).read_text())
    else:
        with urllib.request.urlopen(SOURCE, timeout=30) as answer:
            listed = json.load(answer)
    today = datetime.date.today()
    changed = {}
    for provider, prefix in PREFIX.items():
        path = MODELS / f"{provider}.toml"
        before = path.read_text() if path.exists() else ""
        comments = [line for line in before.splitlines() if line.startswith("#")]
        known = tomllib.loads(before).get("models", [])
        wanted = [add.split("/", 1)[1] for add in options.add if add.startswith(provider + "/")]
        known += [{"id": model} for model in wanted if model not in {m["id"] for m in known}]
        models = []
        for old in known:
            entry = listed.get(prefix + old["id"])
            if not entry:
                print(f"{provider}: the list does not know {old['id']}; left as it is", file=sys.stderr)
                models.append(old)
                continue
            new = read(entry, old, today)
            check(old, new)
            models.append(new)
        after = write(comments, provider, models)
        if after == before:
            continue
        changed[path] = after
        print(f"{provider}: changed")
    if options.check:
        return 1 if changed else 0
    for path, after in changed.items():
        path.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
