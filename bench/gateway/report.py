"""Makes the gateway's part of docs/benchmarks.md from a run's results, and prints it. Medians of the rounds."""

import collections
import datetime
import json
import pathlib
import platform
import re
import statistics
import subprocess
import sys

BEGIN, END = "<!-- gateway:begin -->", "<!-- gateway:end -->"
NAMES = {
    "direct": "no gateway",
    "nginx": "nginx, bare proxy",
    "ours": "**Yoriai's gateway**",
    "portkey": "Portkey 1.15.2",
    "litellm": "LiteLLM 1.106.2",
}


def median(results, peer, what, field):
    values = [r[field] for r in results.get((peer, what), []) if r.get(field) is not None]
    return statistics.median(values) if values else None


def version(*command):
    out = subprocess.run(command, capture_output=True, text=True, check=False)
    return (out.stdout + out.stderr).strip().splitlines()[0]


def cpu():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    results = collections.defaultdict(list)
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        entry = json.loads(line)
        results[entry["peer"], entry["what"]].append(entry["result"])
    peers = [p for p in NAMES if (p, "one") in results]

    def get(peer, what, field):
        return median(results, peer, what, field)

    def ms(value, digits=2):
        return "–" if value is None else f"{value:.{digits}f} ms"

    def added(peer, what, field):
        value, base = get(peer, what, field), get("direct", what, field)
        return None if value is None or base is None else value - base

    lines = [
        "| before the same provider | one client: p50 | added | 32 clients: answers/s | CPU each | 1,000/s open: p99 | added | first word: p50 | added |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for peer in peers:
        note = " ¹" if peer == "litellm" else ""
        cells = [
            NAMES[peer],
            ms(get(peer, "one", "p50"), 3),
            "" if peer == "direct" else ms(added(peer, "one", "p50"), 3),
            f"{get(peer, 'many', 'per_second') or 0:,.0f}",
            "" if peer == "direct" else f"{get(peer, 'cpu', 'us'):.0f} µs",
            ms(get(peer, "open", "p99")) + note,
            "" if peer == "direct" else ms(added(peer, "open", "p99")) + note,
            ms(get(peer, "first", "p50")) if get(peer, "first", "p50") else "fails ²",
            "" if peer == "direct" else ms(added(peer, "first", "p50")),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "¹ At 100/s; it does not keep up with more. ² Its streams fail on Node 20.", ""]

    bars = [("Bar", "Wanted", "Seen", "")]

    def bar(what, wanted, seen, met):
        bars.append((what, wanted, seen, "met" if met else "**missed**"))

    if "nginx" in peers:
        ratio = added("ours", "one", "p50") / added("nginx", "one", "p50")
        bar("p50 added, one client", "≤ 1.3 × nginx's", f"{ratio:.2f} ×", ratio <= 1.3)
    for peer, least in [("nginx", 0.5), ("portkey", 5), ("litellm", 50)]:
        if peer in peers and get(peer, "many", "per_second"):
            ratio = get("ours", "many", "per_second") / get(peer, "many", "per_second")
            bar("answers/s, 32 clients", f"≥ {least} × {peer}'s", f"{ratio:.2f} ×", ratio >= least)
    late = added("ours", "open", "p99")
    bar("p99 added at 1,000/s", "≤ 0.9 ms", ms(late), late <= 0.9)
    first = added("ours", "first", "p50")
    bar("first word delayed", "≤ 0.3 ms", ms(first), first <= 0.3)
    if ("ours", "memory") in results:
        peak = get("ours", "memory", "peak_kb") / 1024
        bar("memory with 2,000 streams", "≤ 80 MB", f"{peak:.0f} MB", peak <= 80)
        worst, p99 = get("ours", "streams", "worst"), get("ours", "streams", "p99")
        failed = get("ours", "streams", "failed")
        bar(
            "2,000 streams, none slowed by another",
            "whole, p99 ≤ 5 ms later",
            f"{failed:.0f} failed; a word's way p99 {p99:.1f} ms, worst {worst:.0f} ms"
            f" (no gateway: {get('direct', 'streams', 'p99'):.1f}, {get('direct', 'streams', 'worst'):.0f})",
            failed == 0 and p99 <= get("direct", "streams", "p99") + 5,
        )
    lines += ["| " + " | ".join(row) + " |" for row in bars[:1]] + ["| --- | --- | --- | --- |"]
    lines += ["| " + " | ".join(row) + " |" for row in bars[1:]]

    if ("ours", "grpc_one") in results:
        lines += [
            "",
            "By gRPC, from a Go client as the functions use it: one client p50 "
            f"{ms(get('ours', 'grpc_one', 'p50'))}, p99 {ms(get('ours', 'grpc_one', 'p99'))}; 32 clients "
            f"{get('ours', 'grpc_many', 'per_second'):,.0f} answers/s; first word p50 "
            f"{ms(get('ours', 'grpc_one', 'first_p50'))}.",
        ]
    lines += [
        "",
        f"{datetime.date.today().isoformat()}; {cpu()}, two cores: the gateway under test on one, load and provider on the"
        " other. Tiny request and answer, loopback, connections kept. Medians of the rounds of one run, peers in turn.",
        f"{version('nginx', '-v').replace('nginx version: ', '')}, Node {version('node', '--version')}, "
        f"{version('rustc', '--version')}, {version('go', 'version').split()[2]}, {version('wrk', '-v').split(' [')[0]}. "
        "Repeat with `make bench-gateway`.",
    ]
    load = results["machine", "load"][0]["before"]
    if load > 1:
        lines += [
            "",
            f"**The machine had other work during this run (load {load} on two cores before it began)**: the times are"
            " not what the programs can do, and peers measured seconds apart met different weather. The CPU time of an"
            " answer is the figure that suffers least.",
        ]
    section = "\n".join([BEGIN, *lines, END])
    print(section)
    path = pathlib.Path(sys.argv[2])
    text = path.read_text() if path.exists() else "# Benchmarks\n\n## LLM gateway\n\n" + BEGIN + END + "\n"
    if BEGIN not in text:
        text = text.rstrip() + "\n\n## LLM gateway\n\n" + BEGIN + END + "\n"
    path.write_text(re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: section, text, flags=re.S))


if __name__ == "__main__":
    main()
