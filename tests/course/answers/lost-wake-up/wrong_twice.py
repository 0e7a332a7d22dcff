# It says: Its slices since then
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tick()
            while self.data_ready():  # look a second time
                self.do(self.recv())
            await self.tidy()
            self.pause()
            await self.tick()


def cured():
    return system(CuredWorker())
