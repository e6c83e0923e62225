#!/usr/bin/env python3
"""Ends dpat create at many moments, one run for each, and looks whether the next run knows what it left.

crash.py kill|oom|oom-from [--every N] [--first SHARE] [--preload FILE] -- SINK...

SINK... are the options of create that say where the secret goes; in them {} stands for a word that each run has for
itself. kill: strace counts the system calls of one run; each further run is killed (SIGKILL) at one of them. oom: each
run fails one allocation (with the preload of oom.c), oom-from: all from one on. --every N takes one moment of N,
--first SHARE begins at that share of the run (0.5: in its middle).

After each run "dpat list" must name on stderr every token that works, unless its secret was delivered: unless the
run's stdout, the file {}, config.json or the keystore has it. A token that list says was deleted must have been delivered
nowhere. Ends with 1 when that is not so, or when a run ends by itself in another way than dpat does.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys

DPAT = os.environ["DPAT"]
STATUSES = {0, 1, 4, 5, 7, 8, 12, 13, 14}
SECRET = re.compile(r"(?:dpat_[0-9A-Za-z]{38}|dckr_pat_[0-9A-Za-z]{27})")


def dpat(*arguments, **options):
    return subprocess.run([DPAT, *arguments], capture_output=True, text=True, check=False, **options)


class Crashes:
    def __init__(self, options):
        self.options = options
        self.done, self.wrong = 0, []

    def create(self, word, front=(), **environment):
        sink = [part.replace("{}", word) for part in self.options.sink]
        return subprocess.run([*front, DPAT, "create", word, *sink], capture_output=True, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, **environment})

    def moments(self):
        """What to hand to run(): (system call, which of that name) or the number of an allocation."""
        if self.options.kind == "kill":
            if self.create("count", ("strace", "-f", "-qq", "-o", "trace", "-e", "signal=none")).returncode != 0:
                sys.exit("the command fails by itself")
            counts, found = {}, []
            with open("trace", encoding="utf-8", errors="replace") as trace:
                first = None
                for line in trace:
                    pid, _, rest = line.partition(" ")
                    first = first or pid
                    if pid != first or not (match := re.match(r"\s*(\w+)\(", rest)):
                        continue
                    call = match.group(1)
                    counts[call] = counts.get(call, 0) + 1
                    if call not in ("execve", "exit_group"):
                        found.append((call, counts[call]))
        else:
            self.create("count", LD_PRELOAD=self.options.preload, OOM_COUNT="count")
            with open("count", encoding="ascii") as count:
                found = list(range(1, int(count.read()) + 1))
        self.clean("count")
        start = int(len(found) * self.options.first)
        return found[start::self.options.every]

    def run(self, word, moment):
        """What is wrong with how it ended, and what it wrote to stdout."""
        if self.options.kind == "kill":
            call, which = moment
            result = self.create(word, ("strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                        f"inject={call}:signal=KILL:when={which}"))
            return None, result.stdout.decode()
        name = "OOM_AT" if self.options.kind == "oom" else "OOM_FROM"
        result = self.create(word, LD_PRELOAD=self.options.preload, **{name: str(moment)})
        said = result.stderr.decode(errors="replace")
        wrong = None if result.returncode in STATUSES and (result.returncode == 0 or said.strip()) else \
            f"ended with {result.returncode}: {said}"
        return wrong, result.stdout.decode()

    def has_secret(self, word, stdout):
        if SECRET.search(stdout):
            return True
        if os.path.exists(word) and SECRET.search(open(word, encoding="utf-8", errors="replace").read()):
            return True
        config = os.environ["DOCKER_CONFIG"] + "/config.json"
        try:
            with open(config, encoding="utf-8") as file:
                if f"{word}.example" in json.load(file).get("auths", {}):
                    return True
        except FileNotFoundError:
            pass
        return "--save" in self.options.sink and dpat("keystore", "get", word, "-q").returncode == 0

    def complaint(self, word, stdout):
        """What is wrong after a run; None when nothing is."""
        listed = dpat("list", "--json")
        if listed.returncode != 0:
            return f"list fails: {listed.stderr}"
        tokens = [token for token in json.loads(listed.stdout)["tokens"] if token["name"] == word and token["active"]]
        arrived = self.has_secret(word, stdout)
        if len(tokens) > 1:
            return "two tokens"
        if tokens and not arrived and tokens[0]["id"] not in listed.stderr:
            return f"a live token that nobody has and nobody names: {tokens[0]['id']}"
        if "deleted again" in listed.stderr and f'"{word}"' in listed.stderr and arrived:
            return f"a token was deleted whose secret was delivered: {listed.stderr}"
        return None

    def clean(self, word):
        dpat("delete", "--match", word, "-f")
        if os.path.exists(word):
            os.unlink(word)
        shutil.rmtree(os.environ["DOCKER_CONFIG"], ignore_errors=True)

    def sweep(self):
        for number, moment in enumerate(self.moments()):
            word = f"c{number}"
            wrong, stdout = self.run(word, moment)
            wrong = wrong or self.complaint(word, stdout)
            self.done += 1
            if wrong:
                self.wrong.append(f"{moment}: {wrong}")
            self.clean(word)
        print("\n".join(self.wrong[:20]))
        print(f"{self.done} runs of create {' '.join(self.options.sink)}, {len(self.wrong)} wrong")
        sys.exit(1 if self.wrong or self.done == 0 else 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("kill", "oom", "oom-from"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=float, default=0.0)
    parser.add_argument("--preload")
    split = sys.argv.index("--")
    options = parser.parse_args(sys.argv[1:split])
    options.sink = sys.argv[split + 1:]
    Crashes(options).sweep()


main()
