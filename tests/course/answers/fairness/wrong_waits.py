# Fault: waits for the client whose turn it is, although others have requests.
class FairServer(Server):
    async def main(self):
        await self.sleep(1)
        turn = 0
        while True:
            who = "abc"[turn % 3]
            turn += 1
            while not any(request[0] == who for request in self.waiting):
                await self.ready("inbox")
                self.waiting.extend(self.messages())
            request = next(request for request in self.waiting if request[0] == who)
            self.waiting.remove(request)
            self.served += who
            self.send(request[1], f"to {who}")
            await self.tick()


def cured():
    return system(FairServer())
