"""Celery tasks, the Ollama client, and the embedded engine."""
