"""What holds for every test: no random failures, and with CI=true, where nothing may be absent, no skipped tests."""

import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# The same examples in every run, and no limits of time, which a busy machine would exceed. With
# --hypothesis-profile=fuzz they are others in every run, and more of them: `--hypothesis-seed` repeats a run.
hypothesis.settings.register_profile(
    "glassgrad", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "fuzz", deadline=None, max_examples=500, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("hypothesis_profile"):
        hypothesis.settings.load_profile("glassgrad")
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as a shell starts what runs in its background
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, Any, Any]:
    """Twenty thousand tests and what they import stay as long as the run: no garbage is looked for among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def mnist_directory() -> Path:
    """The directory of the four MNIST files, which GLASSGRAD_DATA names."""
    directory = os.environ.get("GLASSGRAD_DATA")
    if not directory:
        pytest.skip("GLASSGRAD_DATA does not name the directory of the MNIST files")
    return Path(directory)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    return _skips_are_failures((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    return _skips_are_failures((yield))


def _skips_are_failures(report: Any) -> Any:
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be absent: {report.longrepr}"
    return report
