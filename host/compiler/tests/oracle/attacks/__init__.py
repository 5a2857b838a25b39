"""Models drawn at random and models mutated at random, with the interpreter's results. See `attack.py`."""
