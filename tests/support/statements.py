"""Reads the SQL of the store out of its preprocessed sources, and tries it on SQLite; prints it for other engines.

statements.py sqlite|postgresql|count FILE...   FILE: what the preprocessor makes of store_*.c and of the schema
sqlite prepares each statement on a database made by the schema's scripts and prints those that fail.
postgresql prints the schema in PostgreSQL's types and PREPARE for each statement, for psql."""
import re
import sqlite3
import sys

LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*')
STATEMENT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\s")
SCRIPT = re.compile(r"(CREATE|ALTER)\s")


def literals(text):
    for group in LITERALS.finditer(text):
        yield "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', group.group())).encode().decode("unicode_escape")


def read(files):
    scripts, statements = [], []
    for name in files:
        with open(name, encoding="utf-8") as file:
            for literal in literals(file.read()):
                if SCRIPT.match(literal):
                    scripts.append(literal)
                elif STATEMENT.match(literal) and literal not in statements:
                    statements.append(literal)
    return scripts, statements


def try_sqlite(scripts, statements):
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA foreign_keys = ON")
    for script in scripts:
        database.executescript(script)
    for statement in statements:
        try:
            database.execute("EXPLAIN " + statement, [None] * statement.count("?"))
        except sqlite3.Error as error:
            print(f"{error}: {statement}")


def for_postgresql(scripts, statements):
    types = {"INTEGER": "BIGINT", "BLOB": "BYTEA"}
    for script in scripts:
        script = re.sub(r"\)\s*STRICT\b", ")", script)
        print(re.sub(r"\b(INTEGER|BLOB)\b", lambda word: types[word.group()], script))
    for number, statement in enumerate(statements):
        count = 0

        def parameter(_):
            nonlocal count
            count += 1
            return f"${count}"

        print(f"PREPARE s{number} AS {re.sub(r'[?]', parameter, statement)};")


def main():
    scripts, statements = read(sys.argv[2:])
    if sys.argv[1] == "count":
        print(len(scripts), len(statements))
    elif sys.argv[1] == "sqlite":
        try_sqlite(scripts, statements)
    else:
        for_postgresql(scripts, statements)


main()
