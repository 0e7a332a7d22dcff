# It says: never sleeps
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()


def cured():
    return system(CuredWorker())
