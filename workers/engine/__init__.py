"""A small server that speaks Ollama's protocol over `xllamacpp`, for machines without an Ollama.

`python -m workers.engine --models FOLDER --port PORT` serves the GGUF files of a folder on loopback.
Each loaded model lives in a process of its own (`runner.py`), since a crash in it takes its process down.
"""
