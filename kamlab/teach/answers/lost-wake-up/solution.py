class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            if not self.data_ready():  # looking and pausing are in one slice: nothing comes between
                self.pause()
                await self.tick()


def cured():
    return system(CuredWorker())
