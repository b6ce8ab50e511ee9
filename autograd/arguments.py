"""Checks of arguments that are alike everywhere, with one form of message each."""

from __future__ import annotations

import functools
import inspect
import operator
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeGuard, TypeVar

import numpy

from .errors import ArgumentError, CallError, DataTypeError, GraphError

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def is_whole(given: object, least: int = 1) -> TypeGuard[int]:
    """Whether this is a whole number from `least`; True and False are none."""
    return isinstance(given, int | numpy.integer) and not isinstance(given, bool) and bool(given >= least)


def whole_number(name: str, given: object, least: int = 1, error: type[GraphError] = ArgumentError) -> int:
    """What was given, if it is a whole number from `least`; else `error` says so.

    >>> whole_number("epochs", 3)
    3
    """
    if not is_whole(given, least):
        raise error(f"{name} is a whole number from {least}, not {given!r:.60}")
    return int(given)


def check_known(kind: str, name: object, known: Iterable[object], error: type[GraphError] = ArgumentError) -> None:
    """Refuse a name that is not in a table; the message lists those that are."""
    known = list(known)
    if name not in known:
        raise error(f"unknown {kind} {name!r:.60}; known are {', '.join(map(str, known))}")


def indices(name: str, argnums: Any, hint: str = "") -> list[int]:
    """What names arguments by their positions, as whole numbers."""
    try:
        return [operator.index(one) for one in (argnums if isinstance(argnums, Sequence) else [argnums])]
    except TypeError:
        raise ArgumentError(
            f"{name}: argnums is a position or a tuple of positions, not {argnums!r:.60}{hint}"
        ) from None


def positions_of(name: str, function: str, argnums: int | Sequence[int], count: int) -> list[int]:
    """The positions of the arguments to differentiate by, of so many by position.

    Args:
        name, function: what differentiates, and what it is that was called, for the message.
    """
    named = indices(name, argnums)
    if not all(-count <= position < count for position in named):
        raise ArgumentError(
            f"{name}: argnums={argnums!r}, but {function} was called with {counted(count)} (by position)"
        )
    chosen = [position % count for position in named]
    if len(set(chosen)) < len(chosen):
        raise ArgumentError(f"{name}: argnums={argnums!r} names an argument twice")
    return chosen


def counted(count: int, what: str = "argument") -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def described(given: Any) -> str:
    """What was given, for a message: its type and itself; and how to come from there to what was meant.

    >>> described(3), described(len)
    ('int 3', 'builtin_function_or_method <built-in function len>: call it first')
    """
    if isinstance(given, type):
        return f"the class {given.__name__}: make one of it first, {given.__name__}(…)"
    text = f"{type(given).__name__} {' '.join(repr(given).split()):.60}"
    return f"{text}: call it first" if inspect.isroutine(given) else text


def check_function(name: str, what: str, given: Any, hint: str = "") -> None:
    """Refuse what is no function where one is wanted."""
    if not callable(given):
        raise DataTypeError(f"{name}: {what}, not {described(given)}{hint}")


def flag(name: str, given: object, error: type[GraphError] = ArgumentError) -> bool:
    """What was given, if it is True or False: "no", too, would count as true."""
    if not isinstance(given, bool | numpy.bool_):
        raise error(f"{name} is True or False, not {described(given)}")
    return bool(given)


def file_path(name: str, given: object, error: type[GraphError] = ArgumentError, *, is_folder: bool = False) -> Path:
    """What was given, if it can be the path of a file, or of a folder."""
    if not isinstance(given, str | os.PathLike):
        raise error(f'{name} is the path of a file, such as "digits.safetensors", not {described(given)}')
    folder, own_name = os.path.split(os.fspath(given))
    if folder and own_name in ("", ".") and not is_folder:  # which a Path forgets
        raise error(f"{name} is the path of a file, and {os.fspath(given)!r:.80} is one of a folder: add a file's name")
    return Path(given)


def random_generator(name: str, given: Any, error: type[GraphError] = ArgumentError) -> numpy.random.Generator:
    """The generator that is given, or one of a seed that is given.

    >>> bool(random_generator("rng", 0).random() == numpy.random.default_rng(0).random())
    True
    """
    try:
        return numpy.random.default_rng(given)
    except (TypeError, ValueError):
        raise error(
            f"{name} is a seed (a whole number from 0), a numpy.random.Generator, or None, not {described(given)}"
        ) from None


# Under which names other libraries know what these names mean here.
ELSEWHERE = {
    "lr": "learning_rate", "dim": "axis", "dims": "axis", "keepdim": "keepdims", "seed": "rng", "random_state": "rng",
    "n_epochs": "epochs", "num_epochs": "epochs", "batch": "batch_size", "eps": "epsilon", "p": "rate",
    "monitor": "watch", "min_delta": "improvement", "restore_best_weights": "restore_best", "n_samples": "samples",
    "validation_data": "validation", "criterion": "loss", "argnum": "argnums", "num_classes": "classes",
    "lr_scheduler": "schedule", "scheduler": "schedule", "max_norm": "clip_norm",
    "layers": "sizes", "hidden_sizes": "sizes", "in_features": "n_inputs", "out_features": "n_outputs",
    "rtol": "relative", "atol": "absolute", "test_size": "shares", "beta1": "betas", "beta2": "betas",
    "beta_1": "betas", "beta_2": "betas", "alpha": "decay", "rho": "decay", "random_seed": "rng",
    "num_features": "n_features", "normalized_shape": "n_features", "input": "x",
}  # fmt: skip


def answering(
    hint: str = "", **unknown: str
) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """A decorator: a call that does not fit a function's parameters is answered by how it is called.

    Args:
        hint: what else is to be said about its arguments.
        unknown: what to do instead, by the name of an argument that other libraries have and this function has not.
    """

    def decorate(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        @functools.wraps(function)
        def answered(*arguments: _Parameters.args, **keywords: _Parameters.kwargs) -> _Result:
            try:
                return function(*arguments, **keywords)
            except TypeError:  # its own, or Python's where the call does not fit
                check_call("", function, arguments, keywords, hint, unknown)
                raise

        return answered

    return decorate


def check_call(
    caller: str,
    function: Any,
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    hint: str = "",
    unknown: Mapping[str, str] | None = None,
) -> None:
    """Refuse arguments that do not fit a function's parameters, and say how it is called. A function that does not
    tell its parameters (one of NumPy's, some of Python's) is not judged.

    Args:
        caller: what calls a person's function, for the message; "" where a person calls it.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*arguments, **keywords)
    except TypeError:
        _refuse_call(caller, function, signature, arguments, keywords, hint, unknown or {})


def _refuse_call(
    caller: str,
    function: Any,
    signature: inspect.Signature,
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    hint: str,
    unknown: Mapping[str, str],
) -> NoReturn:
    name = getattr(function, "__qualname__", type(function).__name__).rsplit("<locals>.", 1)[-1]
    name = called = name.removesuffix(".__init__")
    if name.endswith(".__call__"):  # a method of what a class makes
        name, called = f"the {name.removesuffix('.__call__')}", "model"
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].name == "self":  # a method, found in its class
        parameters, arguments = parameters[1:], arguments[1:]
    by_position = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    named = {one.name for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}
    takes_more = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    takes_any_name = any(one.kind is one.VAR_KEYWORD for one in parameters)
    problems = [
        _unknown(keyword, named, unknown) for keyword in keywords if keyword not in named and not takes_any_name
    ]
    given = [*by_position[: len(arguments)], *keywords]
    problems += [f"{one} was given twice" for one in by_position[: len(arguments)] if one in keywords]
    if len(arguments) > len(by_position) and not takes_more:
        further = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]
        by_name = f"; {', '.join(further)} go by name" if further else ""
        problems.append(
            f"{counted(len(arguments))} by position, and it takes {'at most ' if by_position else ''}"
            f"{len(by_position) or 'none'}{by_name}"
        )
    missing = [
        one.name
        for one in parameters
        if one.default is one.empty and one.name not in given and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    if missing:
        problems.append(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    needed = [one.name for one in parameters if one.default is one.empty]
    form = f"{called}({', '.join([*needed, *(['…'] if len(needed) < len(parameters) else [])])})"
    raise CallError(
        f"{caller or name}: {'; '.join(problems)}; {'' if not caller else 'the function '}it is called as {form}"
        f"{f', where {hint}' if hint else ''}"
    ) from None


def _unknown(keyword: str, known: set[str], unknown: Mapping[str, str]) -> str:
    """What to say of a name that no argument has."""
    if keyword in unknown:
        return f"there is no {keyword}=: {unknown[keyword]}"
    import difflib  # for this sentence alone: it takes a millisecond

    near = difflib.get_close_matches(keyword, known, 1)
    meant = ELSEWHERE.get(keyword)
    if meant is not None and meant in known:
        return f"there is no {keyword}=: it is called {meant}= here"
    return f"there is no {keyword}={f': did you mean {near[0]}=' if near else ''}"


class NoSuchAttribute:
    """What a class lacks and other libraries have: asked for, it says what to write instead.

    Unlike `__getattr__` it costs nothing where it is not asked for. An attribute that a person sets, or a subclass
    defines, comes before it.

    >>> class Box:
    ...     numpy = NoSuchAttribute("write box.data")
    >>> Box().numpy
    Traceback (most recent call last):
        ...
    AttributeError: a Box has no numpy: write box.data
    """

    def __init__(self, instead: str) -> None:
        self._instead = instead
        self._name = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    def __get__(self, holder: Any, owner: type[Any]) -> NoReturn:
        raise AttributeError(f"a {owner.__name__} has no {self._name}: {self._instead}")


def answer_names(owner: type[Any], sentences: Mapping[str, str]) -> None:
    """Answer names that a class has not by a sentence each; what it has, whoever defined it, stays."""
    for name, instead in sentences.items():
        if not any(name in vars(base) for base in owner.__mro__):
            answer = NoSuchAttribute(instead)
            answer.__set_name__(owner, name)
            setattr(owner, name, answer)


def answering_module(module: str, sentences: Mapping[str, str]) -> Callable[[str], NoReturn]:
    """A module's `__getattr__`: of names that it has not and other libraries have, it says what to write.

    >>> answering_module("autograd", {"cat": "write autograd.concatenate"})("cat")
    Traceback (most recent call last):
        ...
    AttributeError: autograd has no cat: write autograd.concatenate
    """

    def missing(name: str) -> NoReturn:
        if name in sentences:
            raise AttributeError(f"{module} has no {name}: {sentences[name]}")
        raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)

    return missing


class NotAssigned(NoSuchAttribute):
    """One that cannot be set, either: it would be kept, and nothing would come of it."""

    def __set__(self, holder: Any, given: Any) -> NoReturn:
        raise AttributeError(f"a {type(holder).__name__} has no {self._name}: {self._instead}")
