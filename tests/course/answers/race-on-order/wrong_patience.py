# It says: The first message came from writer, in its slice
class PatientWriter(Writer):
    def main(self):
        for _ in range(5):  # "by then the diary will be there"
            yield
        for line in ("Monday", "Tuesday"):
            self.send(("write", "diary", line))
            yield


def cured():
    store = Store()
    wires = {
        ("owner", "outbox"): ("store", "inbox"),
        ("writer", "outbox"): ("store", "inbox"),
    }
    Graphline(owner=Owner(), writer=PatientWriter(), store=store, linkages=wires).activate()
    return store
