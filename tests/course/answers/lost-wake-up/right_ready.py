# Way: ready() sleeps only if nothing is in the inbox.
class CuredWorker(Worker):
    async def main(self):
        while True:
            for job in self.messages():
                self.do(job)
            await self.tidy()
            await self.ready("inbox")


def cured():
    return system(CuredWorker())
