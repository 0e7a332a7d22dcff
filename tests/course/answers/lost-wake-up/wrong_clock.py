# It says: wakes up without a message
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            self.pause(1)  # a second at most, then it looks again
            await self.tick()


def cured():
    return system(CuredWorker())
