"""Models drawn at random and models mutated at random, with what the interpreter says of each. See `attack.py`."""
