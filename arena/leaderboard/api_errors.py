"""What every address of the API may answer besides what was asked for."""

from typing import Any

from ninja import Schema


class Problem(Schema):
    """What is wrong, as a sentence."""

    detail: str


class Invalid(Schema):
    """Parameters that are out of range, one entry each."""

    detail: list[dict[str, Any]]


ERRORS: dict[int, Any] = {304: None, 400: Problem, 404: Problem, 422: Invalid}
