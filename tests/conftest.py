"""With CI=true everything that tests need is there: a skipped test is a failure."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest


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
