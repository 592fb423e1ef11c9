"""The version that snapshots and the API name."""

VERSION = "0.1.0"
