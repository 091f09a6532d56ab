"""Drives a headless Chromium by lines on standard input, with nothing but the standard library.

    browser.py [--find | OPTION ...]

    NUMBER PAGE open URL          opens a page under a name of one's own, or shows another address in it
    NUMBER PAGE wait EXPRESSION   waits until an expression of JavaScript is true there, and the page is whole
    NUMBER PAGE run EXPRESSION    makes the page do something; what it throws ends this program
    NUMBER PAGE size WIDTH        shows it in a window so wide
    NUMBER PAGE scheme NAME       light or dark
    NUMBER PAGE script on|off     whether it may run scripts; from the next open on
    NUMBER PAGE key NAME          presses Tab, Enter, Space, or a key with a character
    NUMBER PAGE picture PATH      writes a picture of the whole page

Each is answered with "#NUMBER: " and the expression's value as JSON. Expressions are one line each. Whatever a page throws or logs as an error goes to standard error. It ends with its standard
input. With --find it prints the path of the browser, or fails where there is none. Any other OPTION is one of Chromium's.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
OPTIONS = [
    "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check", "--disable-gpu",
    "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-proxy-server", "--mute-audio",
]  # fmt: skip


def find():
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """The DevTools protocol over a pair of pipes: JSON messages, each ended by a NUL."""

    def __init__(self, path, folder, options):
        theirs_in, self.ours_out = os.pipe()
        self.ours_in, theirs_out = os.pipe()

        def pipes():  # The browser reads from 3 and writes to 4, whatever numbers these have here.
            first, second = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(first, 3)
            os.dup2(second, 4)

        # The sandbox wants a user that is not root.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            [path, *OPTIONS, *options, *sandbox, f"--user-data-dir={folder}", "about:blank"], preexec_fn=pipes, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self.number = 0
        self.answers = {}
        self.changed = threading.Condition()
        self.has_ended = False
        self.sessions = {}  # By the page's name.
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        pending = b""
        while piece := os.read(self.ours_in, 1 << 16):
            *messages, pending = (pending + piece).split(b"\0")
            for message in map(json.loads, messages):
                self.take(message)
        with self.changed:
            self.has_ended = True
            self.changed.notify_all()

    def take(self, message):
        match message:
            case {"id": number}:
                with self.changed:
                    self.answers[number] = message
                    self.changed.notify_all()
            case {"method": "Runtime.exceptionThrown", "params": {"exceptionDetails": details}}:
                print("thrown:", details.get("exception", {}).get("description", details["text"]), file=sys.stderr)
            # What the content security policy forbids.
            case {"method": "Log.entryAdded", "params": {"entry": {"source": "security", "text": text}}}:
                print("refused:", text, file=sys.stderr)
            case {"method": "Runtime.consoleAPICalled", "params": {"type": "error", "args": arguments}}:
                print("console:", *(argument.get("value") for argument in arguments), file=sys.stderr)

    def call(self, method, session=None, limit=None, **parameters):
        """Sends a command and waits for its answer; without a limit in seconds as long as whoever runs this does."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.ours_out, data) :]
        with self.changed:
            if not self.changed.wait_for(lambda: number in self.answers or self.has_ended, limit):
                raise TimeoutError(f"{method}: no answer within {limit} s")
            answer = self.answers.pop(number, {"error": "the browser has ended"})
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, name, url):
        if name not in self.sessions:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self.sessions[name] = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            self.call("Runtime.enable", self.sessions[name])
            self.call("Log.enable", self.sessions[name])
        failure = self.call("Page.navigate", self.sessions[name], url=url).get("errorText")
        if failure:
            raise RuntimeError(f"{url} cannot be opened: {failure}")

    def evaluate(self, name, expression, limit=None):
        result = self.call(
            "Runtime.evaluate", self.sessions[name], limit, expression=expression, returnByValue=True,
            awaitPromise=True)  # fmt: skip
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise ValueError(f"{expression}: {details.get('exception', {}).get('description', details['text'])}")
        return result["result"].get("value")

    def wait(self, name, expression):
        """Asks again and again: a page that is left may take the question with it, and one that comes knows little yet."""
        whole = f"document.readyState != 'loading' && Boolean({expression})"
        while True:
            try:
                if self.evaluate(name, whole, limit=5):
                    return True
            except (RuntimeError, TimeoutError, ValueError):
                if self.has_ended:
                    raise
            time.sleep(0.05)

    def set(self, name, command, word):
        session = self.sessions[name]
        match command:
            case "size":
                self.call(
                    "Emulation.setDeviceMetricsOverride", session, width=int(word), height=900, deviceScaleFactor=1,
                    mobile=False)  # fmt: skip
            case "scheme":
                feature = {"name": "prefers-color-scheme", "value": word}
                self.call("Emulation.setEmulatedMedia", session, features=[feature])
            case "script":
                self.call("Emulation.setScriptExecutionDisabled", session, value=word == "off")
            case "key":
                named = {"Tab": ("Tab", 9, ""), "Enter": ("Enter", 13, "\r"), "Space": (" ", 32, " ")}
                key, code, text = named.get(word, (word, ord(word[0].upper()), word))
                keys = {"key": key, "code": word, "windowsVirtualKeyCode": code, "text": text}
                self.call("Input.dispatchKeyEvent", session, type="keyDown" if text else "rawKeyDown", **keys)
                self.call("Input.dispatchKeyEvent", session, type="keyUp", **(keys | {"text": ""}))
            case "picture":
                data = self.call("Page.captureScreenshot", session, captureBeyondViewport=True)["data"]
                with open(word, "wb") as file:
                    file.write(base64.b64decode(data))


def main():
    path = find()
    if "--find" in sys.argv:
        print(path or "none of " + ", ".join(NAMES))
        sys.exit(0 if path else 1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(path, folder, sys.argv[1:])
        print("started", browser.call("Browser.getVersion")["product"], flush=True)
        try:
            for line in sys.stdin:
                number, page, command, rest = line.rstrip("\n").split(" ", 3)
                value = None
                if command == "open":
                    browser.open(page, rest)
                elif command == "wait":
                    value = browser.wait(page, rest)
                elif command in ("size", "scheme", "script", "key", "picture"):
                    browser.set(page, command, rest)
                else:
                    value = browser.evaluate(page, rest)
                print(f"#{number}:", json.dumps(value), flush=True)
        finally:
            browser.process.kill()
            browser.process.wait()


if __name__ == "__main__":
    main()
