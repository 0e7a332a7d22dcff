# It says: and now server sleeps
class FairServer(Server):
    async def main(self):
        await self.sleep(1)
        while True:
            for who in "abc":
                while not [each for each in self.waiting if each[0] == who]:
                    self.waiting.append(await self.receive())  # it is the turn of this one, and of nobody else
                request = next(each for each in self.waiting if each[0] == who)
                self.waiting.remove(request)
                self.send(request[1], f"to {who}")
                await self.tick()


def cured():
    return system(FairServer())
