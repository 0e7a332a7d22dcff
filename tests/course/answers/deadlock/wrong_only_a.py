# Fault: only a is at the table.
class CarefulDiner(Diner):
    pass


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    b.meals = 1
    forks = {"left": Fork(), "right": Fork()}
    wires = {}
    for side, fork in forks.items():
        fork.name = side
        wires["a", f"take {side}"] = (side, "take")
        wires["a", f"back {side}"] = (side, "back")
        wires[side, "to a"] = ("a", "inbox")
    Graphline(a=a, **forks, linkages=wires).activate()
    return a, b
