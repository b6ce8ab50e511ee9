"""Build sdist and wheel, and use the wheel where nothing else is: python .ci/check_wheel.py (needs `build`).

The wheel is built from the sdist and installed in an empty environment outside of the checkout. There, the demo, a
drawing and a training are run as a user would.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("autograd", "nn", "viz", "glassgrad")
COMMANDS = (
    ["demo"],
    ["draw", "neuron", "-o", "neuron.svg"],
    ["page", "neuron", "-o", "neuron.html"],
    ["train", "xor", "--epochs", "500", "--save", "xor.safetensors"],
    ["eval", "xor.safetensors"],
)
WRITTEN = ("neuron.svg", "neuron.html", "xor.safetensors")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([sys.executable, "-m", "build", "--outdir", str(folder / "dist"), str(ROOT)], folder)
        (wheel,) = (folder / "dist").glob("*.whl")
        missing = tracked_files() - set(zipfile.ZipFile(wheel).namelist())
        if missing:
            sys.exit(f"the wheel lacks {', '.join(sorted(missing))}: see [tool.setuptools] in pyproject.toml")
        environment = folder / "environment"
        venv.create(environment, with_pip=True)
        scripts = environment / ("Scripts" if os.name == "nt" else "bin")
        run([str(scripts / "python"), "-m", "pip", "install", "--disable-pip-version-check", str(wheel)], folder)
        empty = folder / "empty"
        empty.mkdir()
        for command in COMMANDS:
            run([str(scripts / "glassgrad"), *command], empty)
        lacking = [name for name in WRITTEN if not (empty / name).stat().st_size]
        if lacking:
            sys.exit(f"the installed wheel wrote nothing into {', '.join(lacking)}")
        print(f"{wheel.name}: every file of the packages is in it, and its commands run where nothing else is")


def tracked_files() -> set[str]:
    """The packages' files as git knows them: what is no Python file, too."""
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listed.stdout.split())


def run(command: list[str], folder: Path) -> None:
    """Run quietly; show what it printed where it fails."""
    environment = {key: held for key, held in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{' '.join(command)} ended with code {done.returncode}")


if __name__ == "__main__":
    main()
