#!/usr/bin/env python3
"""Takes the examples out of README.md.

readme.py README HEADING          the sh block below that heading
readme.py README HEADING console  the commands of the console block there, without prompts and answers
readme.py README HEADING answers  the answers of the console block there, one regular expression a line
readme.py README --from HEADING   the commands of all blocks from that heading to the end, as they would be pasted
"""
import re
import sys

VARYING = [
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[0-9a-f-]{36}"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"),
]


def expression(line):
    """A line as a regular expression, in which ids and times may be any."""
    pieces = re.split("(" + "|".join(pattern for pattern, _ in VARYING) + ")", line.rstrip())
    text = ""
    for piece in pieces:
        for pattern, replacement in VARYING:
            if re.fullmatch(pattern, piece):
                text += replacement
                break
        else:
            text += re.escape(piece)
    return text


def pasted(text):
    """The commands of all blocks: every line of sh, and of console what stands behind the prompt."""
    for kind, block in re.findall(r"^```(sh|console)\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            if kind == "sh":
                print(line)
            elif line.startswith("$ "):
                print(line[2:])


def main():
    if sys.argv[2] == "--from":
        with open(sys.argv[1], encoding="utf-8") as readme:
            return pasted(readme.read().partition(f"\n## {sys.argv[3]}\n")[2])
    path, heading = sys.argv[1:3]
    what = sys.argv[3] if len(sys.argv) > 3 else "sh"
    with open(path, encoding="utf-8") as readme:
        section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", readme.read(), re.M | re.S).group(1)
    blocks = re.findall(rf"^```{'sh' if what == 'sh' else 'console'}\n(.*?)^```", section, re.M | re.S)
    if not blocks:
        sys.exit(f"no block below {heading}")
    for line in "".join(blocks).splitlines():
        if what == "sh":
            print(line)
        elif what == "console" and line.startswith("$ "):
            print(line[2:])
        elif what == "answers" and not line.startswith("$ ") and not line.endswith(": "):
            print(expression(line))
    return None


main()
