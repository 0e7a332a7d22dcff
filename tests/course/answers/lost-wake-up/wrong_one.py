# It says: It last took a job in step 3.
class CuredWorker(Worker):
    async def main(self):
        while True:
            self.do(await self.receive())
            await self.tidy()
            self.pause()  # one job for each time it is woken
            await self.tick()


def cured():
    return system(CuredWorker())
