# Way: main is written anew, with an ordered dictionary of queues; who was served goes to its end.
from collections import OrderedDict


class FairServer(Server):
    async def main(self):
        queues = OrderedDict()
        await self.sleep(1)
        while True:
            if not any(queues.values()):
                await self.ready("inbox")
            for who, number in self.messages():
                queues.setdefault(who, []).append(number)
            who = next(who for who, queue in queues.items() if queue)
            number = queues[who].pop(0)
            queues.move_to_end(who)
            self.served += who
            self.send(number, f"to {who}")
            await self.tick()


def cured():
    return system(FairServer())
