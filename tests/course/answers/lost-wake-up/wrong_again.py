# It says: 'b2'
class Insistent(Sender):
    async def main(self):
        for job in self.jobs:
            self.send(job)
            await self.tick()
        await self.sleep(1)
        self.send(self.jobs[-1])  # once more, in case it was not heard
        await self.tick()


def cured():
    worker = Worker()
    a, b = Insistent("a1", "a2"), Insistent("b1", "b2")
    wires = {("a", "outbox"): ("worker", "inbox"), ("b", "outbox"): ("worker", "inbox")}
    Graphline(a=a, b=b, worker=worker, linkages=wires).activate()
    return worker
