# Way: looks, tidies up and falls asleep in one slice, so nothing can come between.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            self.pause()
            await self.tidy()


def cured():
    return system(CuredWorker())
