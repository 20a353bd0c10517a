#!/usr/bin/env python3
"""Measures how long a press of Tab waits: the release binary, with a thousand saved lookups and fifty profiles.

    cargo build --release
    python3 benches/completion.py [BINARY]

Each kind of question is asked in turn, so that a noisy machine is unfair to none. The aim is 30 ms at the median.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 100
AIM_MS = 30
PROJECT = "5f1b6c7d8e9fa0b1c2d3e4f5"


def lookup(number):
    return {
        "label": f"restore {number}",
        "kind": "dedicated",
        "projectId": PROJECT,
        "instance": f"cluster-{number % 20}",
        "jobId": f"6a794733c0eb9e7a{number:08x}",
    }


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else "target/release/atlas-tui"
    with tempfile.TemporaryDirectory() as home:
        files = {
            "data/lookups.json": json.dumps({"version": 1, "lookups": [lookup(n) for n in range(1000)]}),
            "atlascli/config.toml": "version = 2\n" + "".join(f"[team-{n}]\norg_id = 'x'\n" for n in range(50)),
        }
        for name, text in files.items():
            path = pathlib.Path(home, name)
            path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            path.write_text(text)
            path.chmod(0o600)
        env = {"HOME": home, "ATLAS_TUI_HOME": home, "PATH": os.environ["PATH"]}
        questions = {
            "the script": (["completions", "bash"], ""),
            "commands": (["__complete", "bash"], "=:\0atlas-tui \0"),
            "profiles": (["__complete", "bash"], "=:\0atlas-tui get --profile \0"),
            "labels": (["__complete", "bash"], "=:\0atlas-tui get rest\0"),
        }
        taken = {name: [] for name in questions}
        for _ in range(RUNS):
            for name, (arguments, words) in questions.items():
                start = time.perf_counter()
                subprocess.run([binary, *arguments], input=words.encode(), env=env, check=True, capture_output=True)
                taken[name].append((time.perf_counter() - start) * 1000)
    print("| completion | median ms | 95th ms | aim |\n| --- | --- | --- | --- |")
    for name, times in taken.items():
        median, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"| {name} | {median:.1f} | {late:.1f} | {'met' if median <= AIM_MS else 'MISSED'} |")


if __name__ == "__main__":
    main()
