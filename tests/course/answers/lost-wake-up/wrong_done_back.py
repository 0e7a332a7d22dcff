# Fault: cured() returns the list of the jobs done.
class CuredWorker(Worker):
    async def main(self):
        while True:
            self.do(await self.receive())
            await self.tidy()


def cured():
    return system(CuredWorker()).done
