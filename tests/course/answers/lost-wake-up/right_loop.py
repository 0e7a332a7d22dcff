# Way: the sleep is a loop: it goes on sleeping as long as no job is there.
class CuredWorker(Worker):
    async def main(self):
        while True:
            await self.work()
            await self.tidy()
            await self.rest()

    async def work(self):
        while self.data_ready():
            self.do(self.recv())

    async def rest(self):
        while not self.data_ready():
            self.pause()
            await self.tick()


def cured():
    return system(CuredWorker())
