# Fault: waits fifty slices before the first dispatch, so that high has come by then; not under every schedule.
class CuredProcessor(Processor):
    async def main(self):
        for _ in range(50):
            await self.tick()
        await super().main()


def cured():
    return system(CuredProcessor())
