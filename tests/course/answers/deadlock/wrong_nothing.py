# Fault: nothing was changed.
class CarefulDiner(Diner):
    """Change what it does."""


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
