# Fault: remembers that nothing was there, lets a slice pass, and then sleeps.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            empty = not self.data_ready()
            await self.tick()
            if empty:
                self.pause()
                await self.tick()


def cured():
    return system(CuredWorker())
