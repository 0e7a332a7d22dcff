# Way: main is written anew: if somebody waits for the lock, its holder goes next.
class CuredProcessor(Processor):
    async def main(self):
        at_work = False
        while True:
            who, action = await self.receive()
            self.note(who, action)
            at_work = at_work and action == "come"
            if at_work or not self.ready:
                continue
            next_one = max(self.ready, key=self.priority)
            if self.waiting and self.priority(next_one) < self.priority(self.waiting):
                next_one = self.holder
            self.send("go", f"to {next_one}")
            at_work = True


def cured():
    return system(CuredProcessor())
