# Fault: tidies up a second time after looking, and the job can come then.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            if not self.data_ready():
                await self.tidy()
                self.pause()
                await self.tick()


def cured():
    return system(CuredWorker())
