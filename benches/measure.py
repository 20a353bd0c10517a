#!/usr/bin/env python3
"""Measures the release binary against a bare ratatui program, in real pseudo-terminals of 120 x 36.

    cargo build --release --example bare
    cargo build --release
    python3 benches/measure.py

The two builds are apart, because in one they would share features. Both programs run in turns, so that a noisy
machine is unfair to neither. Prints a Markdown table with the aims of the project and whether they are met.
Needs Linux and nothing but Python's standard library; about a minute and a half.
"""

import argparse
import contextlib
import fcntl
import json
import os
import platform
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request

ROWS, COLS = 36, 120
ENTERED = b"\x1b[?1049h"
ESCAPES = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?<>]*[@-~]")


class Program:
    """A program in a pseudo-terminal of its own."""

    def __init__(self, command, variables):
        env = {"PATH": os.environ.get("PATH", ""), "TERM": "xterm-256color", "LANG": "C.UTF-8", **variables}
        clock, clock_in_child = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.close(clock)
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
                os.set_inheritable(clock_in_child, False)
                os.write(clock_in_child, struct.pack("q", time.monotonic_ns()))
                os.execve(command[0], command, env)
            finally:
                os._exit(127)
        os.close(clock_in_child)
        # Just before the exec, on the same clock as ours.
        (self.started,) = struct.unpack("q", os.read(clock, 8))
        os.close(clock)
        self.output = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        self.drain()
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def read(self, timeout):
        """What is there within `timeout` seconds; nothing at the end of it."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return b""
        self.output += len(data)
        return data

    def drain(self):
        while self.read(0):
            pass

    def first_frame(self):
        """Milliseconds from exec to the first text on the alternate screen."""
        seen, deadline = b"", time.monotonic() + 10
        while time.monotonic() < deadline:
            seen += self.read(1)
            _, entered, frame = seen.partition(ENTERED)
            if entered and len(re.findall(rb"[A-Za-z]", ESCAPES.sub(b"", frame))) >= 5:
                return (time.monotonic_ns() - self.started) / 1e6
        raise RuntimeError(f"no first frame: {seen[-500:]!r}")

    def settle(self, quiet, limit):
        """Reads until nothing has come for `quiet` seconds, at most for `limit` seconds."""
        end = time.monotonic() + limit
        while (left := end - time.monotonic()) > 0 and self.read(min(quiet, left)):
            pass

    def key(self, key):
        """Milliseconds from a key to the first byte that it changes."""
        self.drain()
        start = time.monotonic_ns()
        os.write(self.fd, key)
        if not self.read(2):
            raise RuntimeError(f"nothing follows the key {key!r}")
        return (time.monotonic_ns() - start) / 1e6

    def usage(self):
        """CPU time in nanoseconds and wake-ups (voluntary context switches), of all threads."""
        cpu = switches = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(OSError):
                with open(f"/proc/{self.pid}/task/{task}/schedstat") as file:
                    cpu += int(file.read().split()[0])
                with open(f"/proc/{self.pid}/task/{task}/status") as file:
                    switches += sum(int(n) for n in re.findall(r"^voluntary\w+:\s+(\d+)", file.read(), re.M))
        return cpu, switches

    def per_second(self, seconds):
        """What runs by itself: CPU in milliseconds, wake-ups and bytes written, each a second."""
        self.drain()
        (cpu, switches), output, start = self.usage(), self.output, time.monotonic()
        while (left := start + seconds - time.monotonic()) > 0:
            self.read(left)
        (cpu_after, switches_after), length = self.usage(), time.monotonic() - start
        return {
            "cpu": (cpu_after - cpu) / 1e6 / length,
            "wakes": (switches_after - switches) / length,
            "bytes": (self.output - output) / length,
        }

    def peak_memory(self):
        """In megabytes of 1,000,000 bytes."""
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) * 1024 / 1e6


class Atlas:
    """The embedded Atlas in a process of its own."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary, "demo-server"], stdout=subprocess.PIPE, text=True)
        self.keys, self.lookups = {}, []
        for line in self.process.stdout:
            if line.startswith("curl "):
                break
            if found := re.match(r"(URL|public key|private key)\s+(\S+)", line):
                self.keys[found[1]] = found[2]
            elif found := re.match(r"(\S+)\s+(\w[\w-]*)/([0-9a-f]{24})/([^/\s]+)/([0-9a-f]{24})$", line.strip()):
                self.lookups.append(dict(zip(("label", "kind", "projectId", "instance", "jobId"), found.groups())))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def named(self, label):
        return [lookup for lookup in self.lookups if lookup["label"] == label]

    def stats(self):
        with urllib.request.urlopen(f"{self.keys['URL']}/demo/stats") as answer:
            return json.load(answer)


class Homes:
    """Directories with saved lookups, and the variables that lead there."""

    def __init__(self, root):
        self.root = root
        self.count = 0

    def new(self, lookups, atlas=None, **variables):
        self.count += 1
        home = os.path.join(self.root, str(self.count))
        os.makedirs(os.path.join(home, "data"), mode=0o700)
        if lookups:
            with open(os.path.join(home, "data", "lookups.json"), "w") as file:
                json.dump({"version": 1, "lookups": lookups}, file)
        env = {"HOME": home, "ATLAS_TUI_HOME": home, **variables}
        if atlas:
            env["MONGODB_ATLAS_BASE_URL"] = atlas.keys["URL"]
            env["MONGODB_ATLAS_PUBLIC_API_KEY"] = atlas.keys["public key"]
            env["MONGODB_ATLAS_PRIVATE_API_KEY"] = atlas.keys["private key"]
        return env


def many(count):
    return [
        {
            "label": f"lookup-{n:04}",
            "kind": "serverless",
            "projectId": "5f1b6c7d8e9fa0b1c2d3e4f5",
            "instance": f"orders-{n % 50}",
            "jobId": f"6a794733c0eb9e7a{n:08x}",
        }
        for n in range(count)
    ]


def first_frames(contestants, runs):
    times = {name: [] for name in contestants}
    for run in range(runs + 3):
        for name, (command, env) in contestants.items():
            with Program(command, env) as program:
                took = program.first_frame()
            # The first three warm the file cache.
            if run >= 3:
                times[name].append(took)
    return {name: statistics.median(all_times) for name, all_times in times.items()}


def keys(contestants, rounds, keys_a_round):
    times = {name: [] for name in contestants}
    with contextlib.ExitStack() as stack:
        programs = {}
        for name, (command, env, pair) in contestants.items():
            program = stack.enter_context(Program(command, env))
            program.first_frame()
            program.settle(quiet=0.3, limit=2)
            programs[name] = (program, pair)
        for _ in range(rounds):
            for name, (program, pair) in programs.items():
                for index in range(keys_a_round):
                    times[name].append(program.key(pair[index % 2]))
                    # Both the program and its terminal come to rest, as between two keys of a person.
                    time.sleep(0.004)
    return {
        name: (statistics.median(all_times), statistics.quantiles(all_times, n=100)[98])
        for name, all_times in times.items()
    }


def idle(command, env, seconds, settle, press=b""):
    with Program(command, env) as program:
        program.first_frame()
        program.settle(quiet=0.5, limit=settle)
        for key in press:
            os.write(program.fd, bytes([key]))
            program.settle(quiet=0.3, limit=1)
        return {**program.per_second(seconds), "memory": program.peak_memory()}


class Table:
    """Rows of: what, ours, the bare program's, the aim, and whether it is met."""

    def __init__(self):
        self.rows, self.missed = [], 0

    def add(self, what, ours, bare=None, unit="", aim=None, met=None):
        digits = 2 if unit == "ms" or ours < 10 else 0
        show = lambda value: "" if value is None else f"{value:,.{digits}f} {unit}".strip()
        ratio = "" if not bare else f"{ours / bare:.2f}"
        verdict = "" if met is None else ("yes" if met else "**no**")
        self.missed += met is False
        self.rows.append((what, show(ours), show(bare), ratio, aim or "", verdict))

    def within(self, what, ours, bare, factor, unit):
        self.add(what, ours, bare, unit, f"within {factor} times", ours <= bare * factor)

    def below(self, what, ours, limit, unit="", bare=None):
        self.add(what, ours, bare, unit, f"at most {limit:g} {unit}".strip(), ours <= limit)

    def print(self):
        print("| what | atlas-tui | bare | ratio | aim | met |")
        print("|---|--:|--:|--:|---|---|")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description="Measures atlas-tui against a bare ratatui program.")
    parser.add_argument("--bin", default=f"{root}/target/release/atlas-tui")
    parser.add_argument("--bare", default=f"{root}/target/release/examples/bare")
    parser.add_argument("--runs", type=int, default=40, help="starts of each program (default: 40)")
    parser.add_argument("--seconds", type=float, default=8, help="length of each idle measurement (default: 8)")
    options = parser.parse_args()
    for path in (options.bin, options.bare):
        if not os.access(path, os.X_OK):
            sys.exit(f"{path} is missing; build it first:\n{__doc__}")
    ours, bare = [options.bin], [options.bare]
    home = tempfile.mkdtemp(prefix="atlas-tui-measure-")
    table = Table()
    try:
        measure(ours, bare, Homes(home), table, options)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    print(f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}\n")
    table.print()
    sys.exit(1 if table.missed else 0)


def measure(ours, bare, homes, table, options):
    nothing = homes.new([])
    ten, thousand = homes.new(many(10)), homes.new(many(1000))

    say("first frames")
    times = first_frames(
        {"bare": (bare, nothing), "ten": (ours, ten), "thousand": (ours, thousand), "demo": (ours + ["--demo"], nothing)},
        options.runs,
    )
    table.within("first frame, 10 saved lookups", times["ten"], times["bare"], 1.5, "ms")
    table.add("first frame, 1,000 saved lookups", times["thousand"], times["ten"], "ms", "within 1.2 times 10 lookups",
              times["thousand"] <= times["ten"] * 1.2)
    table.add("first frame of `--demo`", times["demo"], times["bare"], "ms")

    say("keys")
    with Atlas(ours[0]) as atlas:
        live = homes.new(atlas.lookups, atlas)
        moves = (b"j", b"k")
        took = keys(
            {
                "bare": (bare, nothing, (b"x", b"y")),
                "live": (ours, live, moves),
                "ten": (ours, ten, moves),
                "thousand": (ours, thousand, moves),
            },
            rounds=10,
            keys_a_round=40,
        )
    table.within("key to screen, median", took["live"][0], took["bare"][0], 1.5, "ms")
    table.within("key to screen, 99th percentile", took["live"][1], took["bare"][1], 1.5, "ms")
    table.add("key to screen, 1,000 lookups", took["thousand"][0], took["ten"][0], "ms", "within 1.2 times 10 lookups",
              took["thousand"][0] <= took["ten"][0] * 1.2)

    say("idle")
    still = idle(ours, nothing, options.seconds, settle=3)
    table.below("wake-ups a second, nothing timed", still["wakes"], 0.05)
    table.below("bytes a second, nothing timed", still["bytes"], 0)

    say("countdown")
    with Atlas(ours[0]) as atlas:
        # Paused, so that only the countdown moves.
        link = homes.new(atlas.named("billing-dump") or atlas.lookups[:1], atlas)
        ticking = idle(ours, link, options.seconds, settle=3, press=b"p")
    bare_ticking = idle(bare + ["tick"], nothing, options.seconds, settle=1)
    table.below("wake-ups a second, countdown", ticking["wakes"], 3, bare=bare_ticking["wakes"])
    table.below("bytes a second, countdown", ticking["bytes"], 100, bare=bare_ticking["bytes"])
    table.add("CPU a second, countdown", ticking["cpu"], bare_ticking["cpu"], "ms")

    say("polling")
    with Atlas(ours[0]) as atlas:
        poll = homes.new(atlas.named("orders-restore") or atlas.lookups[:1], atlas, ATLAS_TUI_INTERVAL="1s")
        with Program(ours, poll) as program:
            program.first_frame()
            program.settle(quiet=3, limit=3)
            before = atlas.stats()
            polling = program.per_second(options.seconds)
            after = atlas.stats()
            memory = program.peak_memory()
        url = f"{atlas.keys['URL']}/demo/stats"
        bare_polling = idle(bare + ["poll", url], nothing, options.seconds, settle=3)
    requests = after["requests"] - before["requests"]
    refreshes = requests - (after["challenges"] - before["challenges"])
    table.within("CPU a second, polling once a second", polling["cpu"], bare_polling["cpu"], 2, "ms")
    table.add("wake-ups a second, polling once a second", polling["wakes"], bare_polling["wakes"])
    table.add("refreshes a second, polling once a second", refreshes / options.seconds)
    table.below("requests a refresh", requests / max(refreshes, 1), 1)
    table.below("peak memory, polling", memory, 10, "MB", bare=bare_polling["memory"])
    table.add("peak memory, 1,000 lookups", idle(ours, thousand, 1, settle=1)["memory"],
              idle(ours, ten, 1, settle=1)["memory"], "MB")
    table.below("binary", os.path.getsize(ours[0]) / 1e6, 8, "MB", bare=os.path.getsize(bare[0]) / 1e6)


def say(what):
    print(f"measuring {what} …", file=sys.stderr)


if __name__ == "__main__":
    main()
