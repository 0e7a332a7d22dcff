# Fault: c is looked after, but of two urgent jobs the newer is done first, so a or b can starve.
class FairServer(Server):
    async def main(self):
        urgent, row = [], 0
        while True:
            if not urgent:
                await self.ready("urgent", "normal")
            urgent.extend(self.messages("urgent"))
            if self.data_ready("normal") and (row >= 2 or not urgent):
                row = 0
                await self.serve("normal")
                continue
            row += 1
            who = urgent.pop()
            self.served.append(who)
            self.send("done", f"to {who}")
            await self.tick()
            urgent.extend(self.messages("urgent"))
            await self.tick()


def cured():
    server = FairServer()
    connect(server)
    return server
