# Way: the table is set differently: what b calls left is fork 1 as well, so the forks have an order.
class CarefulDiner(Diner):
    pass


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    one, two = Fork(), Fork()
    one.name, two.name = "fork 1", "fork 2"
    wires = {}
    for who in "ab":
        for side, fork in (("left", "fork 1"), ("right", "fork 2")):
            wires[who, "take " + side] = (fork, "take")
            wires[who, "back " + side] = (fork, "back")
            wires[fork, "to " + who] = (who, "inbox")
    Graphline(linkages=wires, a=a, b=b, **{"fork 1": one, "fork 2": two}).activate()
    return a, b
