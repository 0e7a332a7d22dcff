# Fault: ends after the first 18 answers.
class FairServer(Server):
    async def main(self):
        await self.sleep(1)
        while len(self.served) < 18:
            if not self.waiting:
                await self.ready("inbox")
            self.waiting.extend(self.messages())
            request = min(self.waiting, key=lambda request: self.served.count(request[0]))
            self.waiting.remove(request)
            self.served += request[0]
            self.send(request[1], f"to {request[0]}")
            await self.tick()


def cured():
    return system(FairServer())
