class FairServer(Server):
    def __init__(self):
        super().__init__()
        self.turn = ["a", "b", "c"]  # who was served last is at the end

    def choose(self):
        for who in self.turn:
            mine = [request for request in self.waiting if request[0] == who]
            if mine:
                self.turn.remove(who)
                self.turn.append(who)
                self.waiting.remove(mine[0])
                return mine[0]


def cured():
    return system(FairServer())
