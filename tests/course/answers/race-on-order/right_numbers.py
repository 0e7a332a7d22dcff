# Way: each line has its place in the file, and the store waits for the next place.
class SafeStore(Store):
    async def main(self):
        waiting, place = {}, 0
        while True:
            number, what, name, line = await self.receive()
            waiting[number] = (what, name, line)
            while place in waiting:
                what, name, line = waiting.pop(place)
                if what == "create":
                    self.files[name] = []
                self.files[name].append(line)
                place += 1


class SafeOwner(Owner):
    def main(self):
        self.send((0, "create", "diary", "A diary"))
        yield


class SafeWriter(Writer):
    def main(self):
        for number, line in enumerate(("Monday", "Tuesday"), start=1):
            self.send((number, "write", "diary", line))
            yield


def cured():
    store = SafeStore()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=SafeOwner(), writer=SafeWriter(), store=store, linkages=wires).activate()
    return store
