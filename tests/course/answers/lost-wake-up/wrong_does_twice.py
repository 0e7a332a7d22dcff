# Fault: a job that comes while it tidies up is done twice.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            if self.data_ready():
                job = self.recv()
                self.do(job)
                self.do(job)
            else:
                self.pause()
                await self.tick()


def cured():
    return system(CuredWorker())
