import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from nn import MLP, SGD, Callback, fit, quadratic, xor
from nn.progress import ProgressLine

TARGETS = xor().train_labels.reshape(-1, 1)


def trained(*callbacks: Callback, epochs: int = 3) -> None:
    model = MLP((2, 2, 1), "sigmoid", "sigmoid", rng=0)
    data = (xor().train_inputs, TARGETS)
    optimizer = SGD(model.parameters(), 0.1)
    fit(model, data, quadratic, optimizer, epochs, batch_size=2, rng=0, validation=data, callbacks=callbacks)


def test_a_terminal_is_shown_epoch_steps_loss_and_accuracy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.progress._SECONDS_BETWEEN", 0.0)
    console = Console(file=io.StringIO(), force_terminal=True, width=160, color_system=None)
    trained(ProgressLine(console))
    told = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", console.file.getvalue())
    assert re.search(r"epoch 3/3 .* [56]/6 .*(loss 0\.\d{4}, accuracy \d+%|validation accuracy \d+\.\d\d%)", told)


def test_nobody_is_shown_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    trained(ProgressLine(Console(file=io.StringIO())))
    trained()
    assert capsys.readouterr() == ("", "")


def test_with_the_output_in_a_file_its_lines_are_there_and_the_progress_is_not(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="the system has no pseudo-terminals")
    ours, its = pty.openpty()
    program = (
        "from nn import *\n"
        "class Tell(Callback):\n"
        "    def on_epoch(self, run, epoch):\n"
        "        print('told', epoch.number)\n"
        "model = MLP((2, 1), rng=0)\n"
        "data = (xor().train_inputs, xor().train_labels.reshape(-1, 1))\n"
        "fit(model, data, quadratic, SGD(model.parameters(), 0.1), 2, callbacks=[Tell()])\n"
    )
    with open(tmp_path / "out", "wb") as file:
        environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", program], stdout=file, stderr=its, env=environment, check=True)
    os.close(its)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert (tmp_path / "out").read_text() == "told 1\ntold 2\n"
    assert "epoch" in shown and "told" not in shown
