"""Columns of strings into integer codes, by Arrow where the column speaks it, else by a dictionary."""

import importlib.util
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]


def encode(column: Iterable[Any]) -> tuple[list[Any], Codes]:
    """Return the distinct values and, for each of the N values, the number of its own (int32).

    A column with Arrow's PyCapsule interface (of pyarrow, pandas 3, polars) is encoded by pyarrow where that is
    installed; any other is gone through once. Nulls are one value, None.
    """
    speaks_arrow = hasattr(column, "__arrow_c_stream__") or hasattr(column, "__arrow_c_array__")
    if speaks_arrow and importlib.util.find_spec("pyarrow"):
        return _by_arrow(importlib.import_module("pyarrow"), column)
    values = column.tolist() if isinstance(column, np.ndarray) else list(column)
    numbers: defaultdict[Any, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    codes = np.fromiter(map(numbers.__getitem__, values), np.int32, len(values))
    return list(numbers), codes


def encode_together(*columns: Iterable[Any]) -> tuple[list[Any], list[Codes]]:
    """Return the distinct values of all columns and each column's codes among them."""
    numbers: dict[Any, int] = {}
    coded = []
    for column in columns:
        labels, codes = encode(column)
        place = np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.int32)
        coded.append(place[codes] if len(labels) else codes)
    return list(numbers), coded


def _by_arrow(arrow: Any, column: Any) -> tuple[list[Any], Codes]:
    if not isinstance(column, arrow.ChunkedArray):
        column = arrow.chunked_array(column) if hasattr(column, "__arrow_c_stream__") else arrow.array(column)
    if arrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.dictionary_encode(null_encoding="encode")
    if isinstance(encoded, arrow.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    if isinstance(encoded, arrow.ChunkedArray):  # without a chunk
        return [], np.empty(0, dtype=np.int32)
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices, dtype=np.int32)
