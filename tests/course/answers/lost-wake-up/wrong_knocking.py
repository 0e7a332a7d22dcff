# Fault: the senders are changed: they send one more message to wake the worker.
class Knocker(Sender):
    async def main(self):
        await super().main()
        for _ in range(3):
            self.send(None)
            await self.tick()


class CuredWorker(Worker):
    def do(self, job):
        if job is not None:
            super().do(job)


def cured():
    worker = CuredWorker()
    parts = {"a": Knocker("a1", "a2"), "b": Knocker("b1", "b2"), "worker": worker}
    for name, part in parts.items():
        part.name = name
    wires = {("a", "outbox"): ("worker", "inbox"), ("b", "outbox"): ("worker", "inbox")}
    Graphline(**parts, linkages=wires).activate()
    return worker
