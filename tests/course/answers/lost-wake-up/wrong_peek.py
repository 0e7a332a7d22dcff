# Fault: looks into the senders to see whether they have ended, before it sleeps.
class CuredWorker(Worker):
    senders = ()

    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            if all(sender.is_stopped() for sender in self.senders) and not self.data_ready():
                await self.tidy()
                self.pause()
            await self.tick()


def cured():
    worker = CuredWorker()
    parts = {"a": Sender("a1", "a2"), "b": Sender("b1", "b2"), "worker": worker}
    for name, part in parts.items():
        part.name = name
    worker.senders = (parts["a"], parts["b"])
    wires = {("a", "outbox"): ("worker", "inbox"), ("b", "outbox"): ("worker", "inbox")}
    Graphline(**parts, linkages=wires).activate()
    return worker
