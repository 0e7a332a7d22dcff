# It says: has not taken a single job
class CuredWorker(Worker):
    async def main(self):
        while True:
            self.pause()  # first sleep, then look
            await self.tick()
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()


def cured():
    return system(CuredWorker())
