# Fault: never sleeps, but looks in every slice.
class CuredWorker(Worker):
    async def main(self):
        while True:
            if self.data_ready():
                self.do(self.recv())
            elif self.tools_out:
                await self.tidy()
            await self.tick()


def cured():
    return system(CuredWorker())
