"""Runs a command in a pseudo-terminal, and shows what it writes there as lines of text.

    terminal.py COLUMNS LINES COMMAND ARGUMENT...

A carriage return, and a sequence that sets the cursor, begin a new line of output; the escape character is shown as
`^[`. Lines on standard input say what happens to the terminal:

    resize COLUMNS LINES
    press TEXT              \\x03 is Ctrl-C
    signal NUMBER           to the command
    close                   as by the button of a window

At the end come `echo on` or `echo off`, as the command left the terminal, if it is not closed, and `exited STATUS` or
`killed SIGNAL`.
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios


def resize(terminal, columns, lines):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(lines), int(columns), 0, 0))


def obey(terminal, child, line):
    word, _, rest = line.partition(" ")
    if word == "resize":
        resize(terminal, *rest.split())
    elif word == "press":
        os.write(terminal, rest.encode().decode("unicode_escape").encode("latin-1"))
    elif word == "signal":
        os.kill(child, int(rest))


def show(text):
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x1b", b"^[")
    os.write(1, re.sub(rb"(\^\[\[\d+;\d+H)", rb"\n\1", text))


def main():
    columns, lines, *command = sys.argv[1:]
    # The command waits until the terminal has its size.
    ready, begin = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.read(ready, 1)
        os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
        os.execv(command[0], command)
    resize(terminal, columns, lines)
    os.write(begin, b"x")
    watched = [terminal, 0]
    commands = b""
    while terminal in watched:
        readable, _, _ = select.select(watched, [], [])
        if terminal in readable:
            try:
                output = os.read(terminal, 65536)
            except OSError:  # The other end is closed.
                break
            if not output:
                break
            show(output)
        if 0 in readable:
            received = os.read(0, 65536)
            if not received:
                watched.remove(0)
            *whole, commands = (commands + received).split(b"\n")
            for line in whole:
                if line == b"close":
                    watched.remove(terminal)
                    break
                obey(terminal, child, line.decode())
    if terminal in watched:
        _, status = os.waitpid(child, 0)
        flags = termios.tcgetattr(terminal)[3]
        print(f"\necho {'on' if flags & termios.ECHO else 'off'}")
    else:
        os.close(terminal)
        _, status = os.waitpid(child, 0)
        print()
    if os.WIFEXITED(status):
        print("exited", os.WEXITSTATUS(status))
    else:
        print("killed", os.WTERMSIG(status))


main()
