# Fault: looks at normal first only after every fifty urgent jobs.
class FairServer(Server):
    async def main(self):
        jobs = 0
        while True:
            jobs += 1
            await self.serve(await self.ready(*(("normal", "urgent") if jobs % 50 == 0 else ("urgent", "normal"))))


def cured():
    server = FairServer()
    connect(server)
    return server
