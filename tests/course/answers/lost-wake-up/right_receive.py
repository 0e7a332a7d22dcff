# Way: waits for one job with receive(), does all others that are there, and tidies up.
class CuredWorker(Worker):
    async def main(self):
        while True:
            job = await self.receive()
            self.do(job)
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()


def cured():
    return system(CuredWorker())
