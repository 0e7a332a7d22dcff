# Fault: wakes every second to look, which is polling.
class CuredWorker(Worker):
    async def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            await self.ready("inbox", timeout=1)


def cured():
    return system(CuredWorker())
