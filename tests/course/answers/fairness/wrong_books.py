# Fault: serves the oldest, and writes a fair list into served.
class FairServer(Server):
    async def main(self):
        await self.sleep(1)
        while True:
            if not self.waiting:
                await self.ready("inbox")
            self.waiting.extend(self.messages())
            who, number = self.choose()
            self.served += "abc"[len(self.served) % 3]
            self.send(number, f"to {who}")
            await self.tick()


def cured():
    return system(FairServer())
