"""Blocks around functions that stop and go on: each time they run, and not while they wait."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

Block = Callable[[], AbstractContextManager[Any]]


def inside(function: Callable[..., Any], begun: Callable[[], Block]) -> Callable[..., Any] | None:
    """A generator or async function whose own code runs in a block wherever it is gone on with; None for others.

    Args:
        begun: called when a call begins to run; what it gives opens the block, time after time.
    """
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generator(*arguments: Any, **keywords: Any) -> Generator[Any, Any, Any]:
            return (yield from _run(function(*arguments, **keywords), begun()))

        return generator
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def coroutine(*arguments: Any, **keywords: Any) -> Any:
            return await _Resumed(function(*arguments, **keywords), begun())

        return coroutine
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def asynchronous(*arguments: Any, **keywords: Any) -> AsyncGenerator[Any, Any]:
            running, block = function(*arguments, **keywords), begun()
            try:
                item = await _Resumed(running.asend(None), block)
                while True:
                    try:
                        sent = yield item
                    except GeneratorExit:
                        await _Resumed(running.aclose(), block)
                        raise
                    except BaseException as error:
                        item = await _Resumed(running.athrow(error), block)
                    else:
                        item = await _Resumed(running.asend(sent), block)
            except StopAsyncIteration:
                return

        return asynchronous
    return None


def _run(running: Any, block: Block) -> Generator[Any, Any, Any]:
    """What a generator or a coroutine gives out, and takes in, while it runs in the block."""
    try:
        with block():
            item = running.send(None)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                with block():
                    running.close()
                raise
            except BaseException as error:
                with block():
                    item = running.throw(error)
            else:
                with block():
                    item = running.send(sent)
    except StopIteration as end:
        return end.value


class _Resumed(Awaitable[Any]):
    """A coroutine, or a step of an async generator, that runs in the block."""

    def __init__(self, running: Any, block: Block) -> None:
        self._running, self._block = running, block

    def __await__(self) -> Generator[Any, Any, Any]:
        return _run(self._running, self._block)
