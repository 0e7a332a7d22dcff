# It says: There must be two forks on the table. There are 4
def cured():
    a, b = Diner("a"), Diner("b")
    forks = {name: Fork() for name in ("a left", "a right", "b left", "b right")}
    wires = {}
    for who in ("a", "b"):
        for side in ("left", "right"):  # each has its own
            wires[who, f"take {side}"] = (f"{who} {side}", "take")
            wires[who, f"back {side}"] = (f"{who} {side}", "back")
            wires[f"{who} {side}", f"to {who}"] = (who, "inbox")
    Graphline(a=a, b=b, **forks, linkages=wires).activate()
    return a, b
