# Fault: takes four times whatever is there, and swallows the error if it is nothing.
class CuredWorker(Worker):
    async def main(self):
        while True:
            for _ in range(4):
                try:
                    self.do(self.recv())
                except Exception:
                    pass
                await self.tick()
            await self.tidy()
            self.pause()
            await self.tick()


def cured():
    return system(CuredWorker())
