"""What httpx and the `ollama` package raise, and what a server says of its refusal, as our own errors."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import ollama
import pydantic

from workers import errors


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what httpx and the package raise into our own tree."""
    try:
        yield
    except ollama.ResponseError as error:
        raise _by_status(error.status_code, str(error.error)) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError) as error:
        raise errors.Unreachable(str(error)) from error
    except httpx.TimeoutException as error:
        raise errors.Stalled(str(error) or "timed out") from error
    except httpx.HTTPError as error:
        raise errors.CutOff(str(error)) from error
    except httpx.InvalidURL as error:
        raise errors.Rejected(f"not an address: {error}") from error
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError, pydantic.ValidationError) as error:
        raise errors.Malformed(str(error)) from error


def refusal(response: httpx.Response) -> errors.OllamaError:
    """Return the error that an answer of 400 and above is."""
    text = response.text.strip()
    with contextlib.suppress(json.JSONDecodeError):
        body = json.loads(text)
        if isinstance(body, dict) and "error" in body:
            text = error_text(body["error"])
    return _by_status(response.status_code, text)


def _by_status(status: int, text: str) -> errors.OllamaError:
    """Name an error by its status alone: texts differ between versions."""
    if status == 404:
        return errors.ModelMissing(text, status)
    if status == 503:
        return errors.ServerBusy(text, status)
    if 400 <= status < 500:
        return errors.Rejected(text, status)
    return errors.ServerFailed(text, status)


def error_text(error: Any) -> str:
    """Return the sentence of an error: newer servers put JSON inside the string (contract §4.5)."""
    if isinstance(error, str):
        try:
            inner = json.loads(error)
        except json.JSONDecodeError:
            return error
        return error_text(inner) if isinstance(inner, dict) else error
    if isinstance(error, dict):
        return error_text(error.get("error") or error.get("message") or json.dumps(error))
    return str(error)
