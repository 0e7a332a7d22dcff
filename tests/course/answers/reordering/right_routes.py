# Way: each letter says its route; the receiver has a queue for each route and takes from them in turn.
from collections import deque


class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            route = ("left", "right")[number % 2]
            self.send((route, letter), route)
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        queues = {"left": deque(), "right": deque()}
        turn = "left"
        while True:
            route, letter = await self.receive()
            queues[route].append(letter)
            while queues[turn]:
                self.send(queues[turn].popleft())
                turn = "left" if turn == "right" else "right"


def cured():
    return wired(NewSender(), NewReceiver())
