# Fault: an error is swallowed: if the client has no request the server answers nothing and hangs on to it.
class FairServer(Server):
    async def main(self):
        await self.sleep(1)
        for turn in range(32):
            self.waiting.extend(self.messages())
            try:
                request = [request for request in self.waiting if request[0] == "abc"[turn % 3]][0]
            except IndexError:
                continue
            self.waiting.remove(request)
            self.served += request[0]
            self.send(request[1], f"to {request[0]}")
            await self.tick()


def cured():
    return system(FairServer())
