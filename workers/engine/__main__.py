"""`python -m workers.engine --models FOLDER --port PORT`."""

import argparse
from pathlib import Path

import uvicorn

from workers.engine.app import create_app


def main() -> None:
    """Serve on loopback, and on nothing else."""
    parser = argparse.ArgumentParser(prog="python -m workers.engine", description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder of GGUF files")
    parser.add_argument("--port", type=int, default=11434)
    parser.add_argument("--slots", type=int, default=2, help="requests at once for each model")
    parser.add_argument("--max-loaded", type=int, default=3, help="models in memory at once")
    options = parser.parse_args()
    app = create_app(options.models, options.max_loaded, options.slots)
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main()
