"""The electricity that an answer would take in a data centre: an estimate from sizes and lengths, nothing measured.

The formulas and their coefficients are those of EcoLogits (doi:10.5281/zenodo.15601289), whose package works them
out; here stands only which of its parts are used. `docs/methods.md` writes them down.
"""

import math
from importlib.metadata import version

from ecologits.impacts import llm

SOURCE = f"EcoLogits {version('ecologits')}"


def of_answer(active: float | None, total: float | None, tokens: float) -> float | None:
    """Return watt-hours of one answer, without the data centre's cooling; None where something isn't known.

    Args:
        active: active parameters in billions.
        total: all parameters in billions; they decide how many graphics processors hold the model.
        tokens: length of the answer.
    """
    if not active or not total or tokens <= 0:
        return None
    processors = llm.gpu_required_count(llm.model_required_memory(total, llm.MODEL_QUANTIZATION_BITS), llm.GPU_MEMORY)
    writing = (llm.GPU_ENERGY_ALPHA, llm.GPU_ENERGY_BETA, llm.GPU_ENERGY_GAMMA)
    waiting = (llm.LATENCY_ALPHA, llm.LATENCY_BETA, llm.LATENCY_GAMMA)
    seconds = llm.generation_latency(active, tokens, llm.BATCH_SIZE, *waiting, math.inf)
    rest = llm.server_energy(seconds, llm.SERVER_POWER, llm.SERVER_GPUS, processors, llm.BATCH_SIZE)
    kilowatt_hours = rest + processors * llm.gpu_energy(active, tokens, llm.BATCH_SIZE, *writing)
    return float(f"{1000 * kilowatt_hours:.4g}")
