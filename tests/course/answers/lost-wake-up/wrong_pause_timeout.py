# Fault: sleeps without looking, but for five seconds at most, so work waits for the clock.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            self.pause(5)
            await self.tick()


def cured():
    return system(CuredWorker())
