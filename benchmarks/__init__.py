"""Speed and memory, measured: `python -m benchmarks [NAME]`; see docs/benchmarks.md."""
