"""Frozen dataclasses as canonical JSON and back, exactly: Decimals as text, dates as ISO, enums by value.

What is written is a function of the value alone (keys sorted, no spaces), so a digest of it is stable.
"""

import base64
import hashlib
import json
import math
import types
import zlib
from array import array
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


class CodecError(ValueError):
    """A value or a text that is not what its type says."""


def dumps(value: object) -> str:
    """Return the canonical JSON text of a frozen dataclass.

    Raises:
        CodecError: the value holds something that has no exact form.
    """
    return json.dumps(
        _encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def loads(cls: type[T], text: str) -> T:
    """Return the value of type `cls` that `dumps` wrote.

    Raises:
        CodecError: the text is not of that type.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise CodecError(f"not JSON: {error}") from error
    annotation: Any = cls
    value: T = _decoder(annotation)(data)
    return value


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def packed(text: str) -> str:
    """Return a long text compressed, as text again."""
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode("ascii")


def unpacked(text: str) -> str:
    """Return the text that `packed` compressed.

    Raises:
        CodecError: it is damaged.
    """
    try:
        return zlib.decompress(base64.b64decode(text, validate=True)).decode()
    except (ValueError, zlib.error) as error:
        raise CodecError("the compressed text is damaged") from error


def _encode(value: object) -> Json:
    if value is None or isinstance(value, bool):
        return value
    plain = _encode_scalar(value)
    if plain is not None:
        return plain
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _encode(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | array):
        return [_encode(item) for item in value]
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise CodecError("only texts can be keys")
        return {str(key): _encode(item) for key, item in value.items()}
    raise CodecError(f"{type(value).__name__} has no exact form")


def _encode_scalar(value: object) -> Json:
    if isinstance(value, Enum):
        return _encode_scalar(value.value)
    if isinstance(value, Decimal):
        return str(value)
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, float):
        # JSON has no infinities; the shortest repr of a finite float is exact.
        return value if math.isfinite(value) else repr(value)
    return value if isinstance(value, str | int) else None


Decoder = Callable[[Any], Any]


@cache
def _decoder(annotation: Any) -> Decoder:
    if isinstance(annotation, NewType):
        return _decoder(annotation.__supertype__)
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return _plain_decoder(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _union_decoder(arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _decoder(arguments[0])
        return lambda data: tuple(item(x) for x in _expect(data, list))
    if origin is tuple:
        return _fixed_decoder(arguments)
    if origin is Mapping:
        key, content = _decoder(arguments[0]), _decoder(arguments[1])
        return lambda data: {key(k): content(x) for k, x in _expect(data, dict).items()}
    raise CodecError(f"{annotation} has no exact form")


def _fixed_decoder(arguments: tuple[Any, ...]) -> Decoder:
    decoders = tuple(map(_decoder, arguments))

    def decode(data: Any) -> tuple[Any, ...]:
        if len(_expect(data, list)) != len(decoders):
            raise CodecError(f"expected {len(decoders)} items, found {len(data)}")
        return tuple(read(x) for read, x in zip(decoders, data, strict=True))

    return decode


def _union_decoder(arguments: tuple[Any, ...]) -> Decoder:
    if all(is_dataclass(argument) for argument in arguments):
        return _either_decoder(arguments)
    rest = [argument for argument in arguments if argument is not types.NoneType]
    if len(rest) != 1 or len(arguments) != 2:
        raise CodecError("only a type or None can be told apart")
    inner = _decoder(rest[0])
    return lambda data: None if data is None else inner(data)


def _either_decoder(classes: tuple[Any, ...]) -> Decoder:
    """Tell dataclasses apart by the names of their fields."""
    known = [({f.name for f in fields(cls)}, _decoder(cls)) for cls in classes]

    def decode(data: Any) -> Any:
        given = _expect(data, dict).keys()
        for names, read in known:
            if given <= names:
                return read(data)
        raise CodecError(f"none of {', '.join(cls.__name__ for cls in classes)}")

    return decode


def _plain_decoder(cls: type) -> Decoder:
    if is_dataclass(cls):
        return _dataclass_decoder(cls)
    if issubclass(cls, Enum):
        return _guarded(cls)
    if cls in _SCALARS:
        return _SCALARS[cls]
    if cls in {str, int, bool}:
        return lambda data: _expect(data, cls)
    raise CodecError(f"{cls.__name__} has no exact form")


def _dataclass_decoder(cls: type) -> Decoder:
    # Built at first use: a dataclass may name itself.
    hints = get_type_hints(cls)
    decoders = {f.name: _decoder(hints[f.name]) for f in fields(cls)}
    needed = {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}

    def decode(data: Any) -> Any:
        given = _expect(data, dict)
        if not needed <= given.keys() or not given.keys() <= decoders.keys():
            raise CodecError(f"not a {cls.__name__}: {sorted(given.keys() ^ decoders.keys())}")
        return cls(**{name: decoders[name](item) for name, item in given.items()})

    return decode


def _decode_float(data: Any) -> float:
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        raise CodecError(f"not a number: {data!r}")
    return float(_guarded(float)(data))


def _guarded(make: Callable[[Any], Any]) -> Decoder:
    def decode(data: Any) -> Any:
        try:
            return make(data)
        except (ValueError, ArithmeticError) as error:
            raise CodecError(f"not a {getattr(make, '__name__', 'value')}: {data!r}") from error

    return decode


def _expect(data: Any, cls: type) -> Any:
    if type(data) is not cls:
        raise CodecError(f"expected {cls.__name__}, found {type(data).__name__}")
    return data


_SCALARS: dict[type, Decoder] = {
    Decimal: lambda data: _guarded(Decimal)(_expect(data, str)),
    date: lambda data: _guarded(date.fromisoformat)(_expect(data, str)),
    float: _decode_float,
    array: lambda data: array("d", map(_decode_float, _expect(data, list))),
}
