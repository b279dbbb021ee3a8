"""What was computed last, shared by all sessions and bounded by its size: one run of 512 pieces is as large as a
thousand of ten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """At most `most` bytes, as `size` counts them; what nobody has asked for longest goes first."""

    def __init__(self, most: int, size: Callable[[Found], int]) -> None:
        self.most, self.size, self.bytes = most, size, 0
        self._found: OrderedDict[Hashable, Found] = OrderedDict()
        self._door = threading.Lock()

    def get(self, key: Hashable) -> Found | None:
        with self._door:
            if key not in self._found:
                return None
            self._found.move_to_end(key)
            return self._found[key]

    def put(self, key: Hashable, found: Found) -> Found:
        with self._door:
            if key not in self._found:
                self._found[key] = found
                self.bytes += self.size(found)
            while self.bytes > self.most:
                self.bytes -= self.size(self._found.popitem(last=False)[1])
        return found
