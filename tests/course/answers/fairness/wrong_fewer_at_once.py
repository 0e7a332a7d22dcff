# Fault: the clients are changed: all have three requests at once.
class FairServer(Server):
    pass


def cured():
    return system(FairServer(), (3, 3, 3))
