# Fault: serves who has had least; a client that was away for long then overtakes the others again and again.
from collections import Counter


class FairServer(Server):
    async def main(self):
        had, waiting = Counter(), []
        while True:
            if not waiting:
                await self.ready("urgent", "normal")
            waiting += [*self.messages("urgent"), *self.messages("normal")]
            who = min(waiting, key=lambda name: had[name])
            waiting.remove(who)
            had[who] += 1
            self.served.append(who)
            self.send("done", f"to {who}")
            await self.tick()
            await self.tick()


def cured():
    server = FairServer()
    connect(server)
    return server
