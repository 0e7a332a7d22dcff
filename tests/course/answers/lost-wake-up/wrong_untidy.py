# It says: its tools are still out
class CuredWorker(Worker):
    async def main(self):
        while True:
            self.do(await self.receive())  # no time to tidy up


def cured():
    return system(CuredWorker())
