"""The law as data and a dozen named rules: jurisdiction, fora, clocks, elements, labels.

Usable alone: needs the standard library, PyYAML and `amparo.errors`, nothing else of ours.
"""
