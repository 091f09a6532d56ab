"""The Autobahn test suite as the client of a server that echoes; prints a line for each case.

    .venv-autobahn/python autobahn_suite.py FOLDER URL CASES...

FOLDER is where `Scripts/need autobahn` has put it, and CASES are called as it calls them: `1.*`, `9.1.1`. A line is the number of
the case, how it went, how the WebSocket was closed, and the suite's own words: `1.1.1 OK OK Actual events match ...`. This is
Python 2.7, as the suite is.
"""

from __future__ import print_function

import json
import os
import shutil
import site
import sys
import tempfile

folder, url = sys.argv[1:3]
cases = sys.argv[3:]
# With the files in it that say where the parts of a package are.
site.addsitedir(folder)

from autobahntestsuite import wstest


def main():
    reports = tempfile.mkdtemp()
    output = sys.stdout
    try:
        plan = {
            "outdir": reports,
            "servers": [{"agent": "gateway", "url": url, "options": {"version": 18}}],
            "cases": cases,
            "exclude-cases": [],
            "exclude-agent-cases": {},
        }
        path = os.path.join(reports, "plan.json")
        with open(path, "w") as file:
            json.dump(plan, file)
        sys.argv[1:] = ["--mode", "fuzzingclient", "--spec", path]
        # What it says while it runs is no result.
        sys.stdout = sys.stderr
        wstest.run()
        with open(os.path.join(reports, "index.json")) as file:
            results = json.load(file)["gateway"]
        for number in sorted(results, key=lambda number: [int(part) for part in number.split(".")]):
            result = results[number]
            with open(os.path.join(reports, result["reportfile"])) as file:
                words = json.load(file)["result"]
            line = " ".join([number, result["behavior"].replace(" ", "-"), result["behaviorClose"].replace(" ", "-"), words])
            print(line.encode("utf-8"), file=output)
    finally:
        shutil.rmtree(reports)


main()
