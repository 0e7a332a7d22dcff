# Fault: sleeps a second before the first dispatch, so that all have come; nothing is cured if high comes later.
class CuredProcessor(Processor):
    async def main(self):
        await self.sleep(1)
        while self.data_ready():
            who, action = self.recv()
            self.note(who, action)
        running = max(self.ready, key=self.priority)
        self.send("go", f"to {running}")
        await super().main()


def cured():
    return system(CuredProcessor())
