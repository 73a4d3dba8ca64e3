"""Runs one target of libFuzzer: `run.py --seconds N TARGET` looks for new inputs for so long, and goes on with what it has
found before; `run.py --runs N TARGET` begins with its corpus alone, and tries the same inputs each time.

What breaks the target is kept, and named in the last line.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
DICTIONARIES = {
    "configuration": ["clientid_conf", "key_file", "sasl_file", "shim_conf"],
    "policy": ["account", "network", "settings", "time", "type_rule"],
    "record": ["csv", "record"],
    "smtp": ["backend_reply", "command", "conversation", "relay", "sasl_messages", "session"],
}


def limits(options, found):
    if options.runs is None:
        return [f"-max_total_time={options.seconds}"]
    shutil.rmtree(found, ignore_errors=True)
    return ["-seed=1", f"-runs={options.runs}"]


def main():
    parser = argparse.ArgumentParser()
    limit = parser.add_mutually_exclusive_group(required=True)
    limit.add_argument("--seconds", type=int)
    limit.add_argument("--runs", type=int)
    parser.add_argument("target", type=pathlib.Path)
    options = parser.parse_args()

    target = options.target.resolve()
    found = target.with_suffix(".found")
    broken = target.with_suffix(".broken")
    command = [target, *limits(options, found), f"-artifact_prefix={broken}/", "-timeout=20", "-rss_limit_mb=2048",
               "-close_fd_mask=1", *(f"-dict={HERE / name}.dict" for name, targets in DICTIONARIES.items()
                                     if target.stem in targets), found, HERE / "corpus" / target.stem]
    for directory in (found, broken):
        directory.mkdir(exist_ok=True)
    begun = time.time()
    status = subprocess.run(command, stdin=subprocess.DEVNULL).returncode
    for path in sorted(broken.iterdir()):
        if path.stat().st_mtime >= begun - 1:
            print(f"this input breaks it: {path}", flush=True)
    sys.exit(0 if status == 0 else 1)


if __name__ == "__main__":
    main()
