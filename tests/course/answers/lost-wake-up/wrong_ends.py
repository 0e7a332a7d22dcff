# Fault: ends after four jobs, because four is what it was shown.
class CuredWorker(Worker):
    async def main(self):
        while len(self.done) < 4:
            self.do(await self.receive())
        await self.tidy()


def cured():
    return system(CuredWorker())
