# Fault: there is only one sender, with one job.
class CuredWorker(Worker):
    async def main(self):
        while True:
            self.do(await self.receive())
            await self.tidy()


def cured():
    worker = CuredWorker()
    worker.name = "worker"
    sender = Sender("a1")
    Graphline(a=sender, worker=worker, linkages={("a", "outbox"): ("worker", "inbox")}).activate()
    return worker
