# Fault: each diner has two forks of its own, so there are four.
class CarefulDiner(Diner):
    pass


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    for diner in (a, b):
        forks = {f"{side} of {diner.who}": Fork() for side in ("left", "right")}
        wires = {}
        for side in ("left", "right"):
            fork = f"{side} of {diner.who}"
            forks[fork].name = fork
            wires[diner.who, f"take {side}"] = (fork, "take")
            wires[diner.who, f"back {side}"] = (fork, "back")
            wires[fork, f"to {diner.who}"] = (diner.who, "inbox")
        Graphline(**{diner.who: diner}, **forks, linkages=wires).activate()
    return a, b
