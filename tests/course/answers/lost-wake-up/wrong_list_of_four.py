# Fault: writes the four jobs it knows into its list instead of doing what comes.
class CuredWorker(Worker):
    async def main(self):
        self.done = ["a1", "a2", "b1", "b2"]
        while True:
            await self.receive()


def cured():
    return system(CuredWorker())
