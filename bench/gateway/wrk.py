"""Reads wrk's report, prints it as JSON: times in milliseconds."""

import json
import re
import sys

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
report = sys.stdin.read()


def time_of(percent):
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", report, re.M)
    if not found:
        return None  # Not a single answer in that time.
    number, unit = found.groups()
    return round(float(number) * UNITS[unit], 4)


errors = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
print(
    json.dumps(
        {
            "p50": time_of(50),
            "p99": time_of(99),
            "answers": int(re.search(r"(\d+) requests in", report).group(1)),
            "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", report).group(1)),
            "failed": int(errors.group(1)) if errors else 0,
        }
    )
)
