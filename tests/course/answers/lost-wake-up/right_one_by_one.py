# Way: one job in each slice, and tools away after the last; sleeps only if both are done.
class CuredWorker(Worker):
    async def main(self):
        while True:
            if self.data_ready():
                self.do(self.recv())
                await self.tick()
            elif self.tools_out:
                await self.tidy()
            else:
                await self.ready()


def cured():
    return system(CuredWorker())
