"""The flows: a configuration in, stores opened, the pure core called, results written."""
