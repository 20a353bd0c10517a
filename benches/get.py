#!/usr/bin/env python3
"""Measures `atlas-tui get` against `curl --digest` of the same request, in turns, over loopback.

    cargo build --release
    python3 benches/get.py

Both start afresh each time, are answered with a digest challenge first, and read the same job from `demo-server`; each
is timed from before it is started until it has ended. Their order changes from turn to turn, so that a noisy machine is
unfair to neither. Prints medians and their ratio, and fails when that is above the aim. Needs Linux, curl, and nothing
but Python's standard library; about ten seconds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

AIM = 0.7
ACCEPT = "Accept: application/vnd.atlas.2023-01-01+json"


def told(lines, name):
    return next(line.split()[-1] for line in lines if line.startswith(name))


def run(command, env):
    """Seconds that it takes, and its output."""
    start = time.perf_counter()
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    return time.perf_counter() - start, done.stdout


def requests(url):
    with urllib.request.urlopen(f"{url}/demo/stats") as answer:
        return int(answer.read().split(b'"requests":')[1].split(b",")[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default="target/release/atlas-tui")
    parser.add_argument("--turns", type=int, default=300)
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    server = subprocess.Popen([binary, "demo-server"], stdout=subprocess.PIPE, text=True)
    try:
        lines = []
        while not lines or not lines[-1].startswith("curl "):
            lines.append(server.stdout.readline().rstrip("\n"))
        url, public, private = (told(lines, name) for name in ("URL", "public key", "private key"))
        target = told(lines, "billing-dump")
        _, project, instance, job = target.split("/")
        address = f"{url}/api/atlas/v2/groups/{project}/clusters/{instance}/backup/restoreJobs/{job}"
        with tempfile.TemporaryDirectory() as home:
            env = {
                "PATH": os.environ["PATH"],
                "ATLAS_TUI_HOME": home,
                "MONGODB_ATLAS_BASE_URL": url,
                "MONGODB_ATLAS_PUBLIC_API_KEY": public,
                "MONGODB_ATLAS_PRIVATE_API_KEY": private,
            }
            commands = {
                "atlas-tui get": [binary, "get", target, "-o", "json"],
                "curl --digest": ["curl", "-s", "--digest", "-u", f"{public}:{private}", "-H", ACCEPT, address],
            }
            times = {name: [] for name in commands}
            for command in commands.values():
                before = requests(url)
                _, output = run(command, env)
                assert job.encode() in output, output
                assert requests(url) - before == 2, "the challenge, and the answer to it"
            for turn in range(options.turns):
                order = list(commands)
                if turn % 2:
                    order.reverse()
                for name in order:
                    times[name].append(run(commands[name], env)[0] * 1e3)
    finally:
        server.terminate()
        server.wait()
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        low, high = statistics.quantiles(values, n=20)[0], statistics.quantiles(values, n=20)[-1]
        print(f"{name}: median {medians[name]:.2f} ms, 5 % {low:.2f} ms, 95 % {high:.2f} ms")
    ratio = medians["atlas-tui get"] / medians["curl --digest"]
    print(f"ratio {ratio:.2f}, aim {AIM}: {'met' if ratio <= AIM else 'NOT MET'}")
    return 0 if ratio <= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
