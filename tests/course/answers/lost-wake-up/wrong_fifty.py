# Fault: waits fifty slices for late jobs and then sleeps without looking.
class CuredWorker(Worker):
    async def main(self):
        while True:
            for _ in range(50):
                while self.data_ready():
                    self.do(self.recv())
                await self.tick()
            await self.tidy()
            self.pause()
            await self.tick()


def cured():
    return system(CuredWorker())
