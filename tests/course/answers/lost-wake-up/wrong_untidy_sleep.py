# Fault: sleeps with its tools out.
class CuredWorker(Worker):
    async def main(self):
        while True:
            self.do(await self.receive())


def cured():
    return system(CuredWorker())
