# Fault: takes care of b only; c is still served by age.
class FairServer(Server):
    def choose(self):
        if self.served.count("b") * 3 <= len(self.served):
            for request in self.waiting:
                if request[0] == "b":
                    self.waiting.remove(request)
                    return request
        return self.waiting.pop(0)


def cured():
    return system(FairServer())
