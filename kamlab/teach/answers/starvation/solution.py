class FairServer(Server):
    async def main(self):
        in_a_row = 0
        while True:
            order = ("normal", "urgent") if in_a_row >= 3 else ("urgent", "normal")
            box = await self.ready(*order)
            in_a_row = in_a_row + 1 if box == "urgent" else 0
            await self.serve(box)


def cured():
    server = FairServer()
    connect(server)
    return server
