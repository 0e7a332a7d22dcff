# Way: of the clients that wait, the one whose last job is longest ago.
class FairServer(Server):
    async def main(self):
        last, waiting, now = {}, [], 0
        while True:
            if not waiting:
                await self.ready("urgent", "normal")
            waiting += [*self.messages("urgent"), *self.messages("normal")]
            who = min(waiting, key=lambda name: last.get(name, 0))
            waiting.remove(who)
            now += 1
            last[who] = now
            self.served.append(who)
            self.send("done", f"to {who}")
            await self.tick()
            await self.tick()


def cured():
    server = FairServer()
    connect(server)
    return server
