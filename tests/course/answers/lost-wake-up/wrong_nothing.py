# Fault: nothing was changed.
class CuredWorker(Worker):
    async def main(self):
        """Change when it looks, and when it sleeps."""
        while True:
            while self.data_ready():
                self.do(self.recv())
            await self.tidy()
            self.pause()
            await self.tick()


def cured():
    return system(CuredWorker())
