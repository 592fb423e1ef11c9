"""One loaded model in a process of its own: prints its address when ready, ends when its parent does.

Run by `pool.py` only: `python -m workers.engine.runner PATH N_CTX SLOTS [TEMPLATE]`. Its standard input
is a pipe that nobody writes to; when the engine dies, however it dies, the pipe closes and so do we.
"""

import os
import sys

import xllamacpp

# A battle's two models run side by side, each in its own process, and llama.cpp's threads wait for each
# other by spinning: with as many threads as cores for each, both models fall to a tenth (seen on two
# cores: 4 tokens/s each instead of 68 and 14). So each gets half of the cores.
THREADS = max(1, (os.cpu_count() or 2) // 2)


def main(path: str, n_ctx: int, slots: int, template: str) -> int:
    """Load the model, say where it listens, wait for the end of standard input."""
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = n_ctx * slots
    params.n_parallel = slots
    params.kv_unified = False
    params.warmup = False
    params.ctx_shift = False
    params.ui = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
    params.cache_ram_mib = 256
    params.verbosity = 1
    if template:
        params.chat_template = template
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        print(f"error {error}", flush=True)
        return 1
    print(f"ready {server.listening_address}", flush=True)
    sys.stdin.buffer.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else ""))
