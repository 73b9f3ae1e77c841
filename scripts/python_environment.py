"""Virtual environments for the scripts that need Python packages: one folder each under build/.

    python3 scripts/python_environment.py NAME PACKAGE...     makes one and prints the path of its Python
"""

import os
import pathlib
import shutil
import subprocess
import sys

BUILD = pathlib.Path(__file__).resolve().parent.parent / "build"


def make(name, packages, options=()):
    """The Python of the environment build/NAME with exactly these packages, made if it is not there.

    Needs the network the first time. The options are pip's.
    """
    environment = BUILD / name
    python = environment / "bin" / "python"
    stamp = environment / "packages.txt"
    wanted = "\n".join(packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(environment, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *options, *packages], check=True)
        stamp.write_text(wanted)
    return python


def enter(name, packages, options=()):
    """Runs the script again in that environment; returns at once where it runs there already."""
    python = make(name, packages, options)
    if pathlib.Path(sys.prefix).resolve() != python.parent.parent.resolve():
        sys.stdout.flush()
        os.execv(python, [python, *sys.argv])


if __name__ == "__main__":
    print(make(sys.argv[1], sys.argv[2:]))
