"""Browser libraries, served straight from `node_modules`: exactly these files, nothing else of a package."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

ROOT = Path(settings.BASE_DIR) / "node_modules"
# name under /static/npm/ -> file under node_modules. Source maps come along where a file names one,
# since the hashed storage stops on a missing map.
FILES = {
    "marked.esm.js": "marked/lib/marked.esm.js",
    "marked.esm.js.map": "marked/lib/marked.esm.js.map",
    "purify.es.mjs": "dompurify/dist/purify.es.mjs",
    "purify.es.mjs.map": "dompurify/dist/purify.es.mjs.map",
    "highlight.min.js": "@highlightjs/cdn-assets/es/highlight.min.js",
    "katex/katex.min.js": "katex/dist/katex.min.js",
    "katex/katex.min.css": "katex/dist/katex.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.common.min.js": "echarts/dist/echarts.common.min.js",
}


def wanted() -> dict[str, Path]:
    """Map each served name to its file, KaTeX's fonts included."""
    files = {f"npm/{name}": ROOT / path for name, path in FILES.items()}
    for font in sorted((ROOT / "katex/dist/fonts").glob("*")):
        files[f"npm/katex/fonts/{font.name}"] = font
    return files


class NpmFinder(BaseFinder):
    """A static files finder over the list above."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing to check at start: a missing file is reported by collectstatic."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the file served as `path`, or nothing."""
        file = wanted().get(path)
        if file is None or not file.is_file():
            return [] if find_all else None
        return [str(file)] if find_all else str(file)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, "RenamedStorage"]]:
        """Yield each served name with a storage that opens it."""
        for name, file in wanted().items():
            yield name, RenamedStorage(name, file)


class RenamedStorage(FileSystemStorage):
    """One file, known by the name it is served under."""

    prefix = ""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(location=file.parent)
        self._name, self._file = name, file

    def path(self, name: str) -> str:
        """Return the real file for the served name."""
        return str(self._file)


class Frugal:
    """Compresses what voters and readers load with Brotli, the rest with gzip alone, and no source maps.

    All of it with Brotli would take half a minute of a first start.
    """

    def __init__(self, **options: Any) -> None:
        self._best = Compressor(**options)
        self._quick = Compressor(**options, use_brotli=False)

    def should_compress(self, name: str) -> bool:
        """Whether a file is worth it."""
        return bool(self._best.should_compress(name)) and not name.endswith(".map")

    def compress(self, path: str) -> list[str]:
        """Write the compressed files beside one and return their names."""
        theirs = "/ninja/" in path or "/admin/" in path
        return list((self._quick if theirs else self._best).compress(path))


class HashedStorage(CompressedManifestStaticFilesStorage, ManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed and compressed names, inside ES modules' imports too."""

    support_js_module_import_aggregation = True

    def create_compressor(self, **options: Any) -> Frugal:
        """Return what compresses the collected files."""
        return Frugal(**options)
