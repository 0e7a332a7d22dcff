# Way: a normal job gets more urgent each time it is passed over.
class FairServer(Server):
    async def main(self):
        age = 0
        while True:
            await self.ready("urgent", "normal")
            here = [box for box in ("urgent", "normal") if self.data_ready(box)]
            points = {"urgent": 5, "normal": 1 + age}
            box = max(here, key=points.get)
            age = 0 if box == "normal" or "normal" not in here else age + 2
            await self.serve(box)


def cured():
    server = FairServer()
    connect(server)
    return server
