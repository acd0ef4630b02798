"""Benchmarks: `python -m benchmarks [name …]`, each printed with the machine it ran on."""
