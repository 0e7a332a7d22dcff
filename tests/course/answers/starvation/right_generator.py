# Way: a generator, with a list of inboxes; the one that was served goes to the end of the list.
class FairServer(Server):
    def main(self):
        order = ["urgent", "normal"]
        while True:
            box = next((box for box in order if self.data_ready(box)), None)
            if box is None:
                self.pause()
                yield
                continue
            order.remove(box)
            order.append(box)
            who = self.recv(box)
            self.served.append(who)
            self.send("done", f"to {who}")
            yield
            yield


def cured():
    server = FairServer()
    connect(server)
    return server
