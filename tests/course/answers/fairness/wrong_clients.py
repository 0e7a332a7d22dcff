# It says: Here it sent 3 before its first answer
class PoliteClient(Client):
    def __init__(self, who, asks, at_once):
        super().__init__(who, asks, min(3, at_once))


def cured():
    server = Server()
    wires = {}
    for who in "abc":
        wires[who, "outbox"] = ("server", "inbox")
        wires["server", f"to {who}"] = (who, "inbox")
    clients = {"a": PoliteClient("a", 14, 12), "b": PoliteClient("b", 10, 3), "c": PoliteClient("c", 8, 3)}
    Graphline(**clients, server=server, linkages=wires).activate()
    return server
