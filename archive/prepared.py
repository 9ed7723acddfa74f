"""Queries composed once: the ORM takes longer to write a look-up than the database to answer it.

What is kept is the statement alone. Whom it is for is part of the key: a scope is all that the
selectors of `archive.selectors` make of a principal.
"""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from archive.selectors import Principal, scope_of

Row = TypeVar("Row", bound=Model)
Statement = tuple[str, tuple[Any, ...]]

_NUMBER_MARK: Final = -(2**62)


class Prepared(Generic[Row]):
    """A query of one model whose text values are filled in each time it runs.

    Parameters
    ----------
    compose : callable
        Gets the names as keyword arguments, each with a mark for its value, and returns the
        query; it may join and order, but must select columns of its own model alone.
    names : str
        The values that are filled in.
    numbers : tuple of str
        Those that are whole numbers and not text.
    """

    def __init__(
        self, compose: Callable[..., QuerySet[Row]], *names: str, numbers: tuple[str, ...] = ()
    ) -> None:
        self._compose = compose
        # No constant of a query is like these.
        self._marks: dict[str, Any] = {name: f"\x01{name}\x01" for name in names}
        self._marks |= {name: _NUMBER_MARK - place for place, name in enumerate(numbers)}
        self._statements: dict[object, Statement] = {}

    def first(self, *given: Any, key: object = None, **values: str | int) -> Row | None:
        """Run the query and return its first row.

        `given` goes to `compose` when the statement for `key` is not composed yet: it must
        depend on `key` alone.
        """
        rows: list[Row] = list(self._run(given, key, values)[:1])
        return rows[0] if rows else None

    def _run(self, given: tuple[Any, ...], key: object, values: dict[str, str | int]) -> Any:
        place = (connection.vendor, key)
        if place not in self._statements:
            self._statements[place] = self._prepare(given)
        statement, parameters = self._statements[place]
        filled = [values[one.name] if isinstance(one, _Mark) else one for one in parameters]
        return self._model.objects.raw(statement, filled)  # type: ignore[attr-defined]

    def _prepare(self, given: tuple[Any, ...]) -> Statement:
        rows = self._compose(*given, **self._marks)
        self._model: type[Row] = rows.model
        statement, parameters = rows.query.sql_with_params()
        names = {mark: _Mark(name) for name, mark in self._marks.items()}
        marked = tuple(
            names.get(one, one) if isinstance(one, str | int) else one for one in parameters
        )
        if {one.name for one in marked if isinstance(one, _Mark)} != set(self._marks):
            raise ValueError("a value of a prepared query is not a parameter of its statement")
        return statement, marked


class _Mark:
    """The place of a value."""

    def __init__(self, name: str) -> None:
        self.name = name


class PreparedForPrincipal(Generic[Row]):
    """A `Prepared` query over what a principal may see.

    Parameters
    ----------
    visible : callable
        A selector of `archive.selectors`: the rows visible to a principal.
    narrow : callable
        Gets those rows and the names, and returns the query.
    """

    def __init__(
        self,
        visible: Callable[[Principal], QuerySet[Row]],
        narrow: Callable[..., QuerySet[Row]],
        *names: str,
    ) -> None:
        def compose(principal: Principal, **marks: str) -> QuerySet[Row]:
            return narrow(visible(principal), **marks)

        self._prepared = Prepared(compose, *names)

    def first(self, principal: Principal, **values: str) -> Row | None:
        """Return the first row that the principal may see."""
        scope = scope_of(principal)
        if scope is None:
            return None
        return self._prepared.first(principal, key=scope, **values)
