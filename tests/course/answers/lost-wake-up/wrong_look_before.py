# Fault: looks before it tidies up, and not after it.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            if not self.data_ready():
                await self.tidy()
                self.pause()
                await self.tick()


def cured():
    return system(CuredWorker())
