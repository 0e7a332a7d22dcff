# Way: looks once more after tidying, in the slice in which it falls asleep.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            if not self.data_ready():
                self.pause()
                await self.tick()


def cured():
    return system(CuredWorker())
