# Fault: dispatches nothing until all three tasks have come.
class CuredProcessor(Processor):
    async def main(self):
        for _ in range(3):
            self.note(*await self.receive())
        while self.ready:
            self.send("go", f"to {max(self.ready, key=self.priority)}")
            self.note(*await self.receive())


def cured():
    return system(CuredProcessor())
