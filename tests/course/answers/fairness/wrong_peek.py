# Fault: looks into the clients to see how many requests they have under way.
class FairServer(Server):
    clients = {}

    def choose(self):
        request = min(self.waiting, key=lambda request: (self.served.count(request[0]), self.clients[request[0]].at_once))
        self.waiting.remove(request)
        return request


def cured():
    server = FairServer()
    wires = {}
    for who in "abc":
        wires[who, "outbox"] = ("server", "inbox")
        wires["server", f"to {who}"] = (who, "inbox")
    server.clients = {"a": Client("a", 14, 12), "b": Client("b", 10, 3), "c": Client("c", 8, 3)}
    Graphline(**server.clients, server=server, linkages=wires).activate()
    return server
