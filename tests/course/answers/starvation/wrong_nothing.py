# Fault: nothing was changed.
class FairServer(Server):
    """Change which client it serves next."""


def cured():
    server = FairServer()
    connect(server)
    return server
