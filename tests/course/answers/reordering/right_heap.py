# Way: numbers, and a heap; the top of the heap is delivered when it is its turn.
import heapq


class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send((number, letter), "right" if number % 2 else "left")
            await self.tick()


class NewReceiver(Receiver):
    async def main(self):
        heap, nth = [], 0
        while True:
            heapq.heappush(heap, await self.receive())
            while heap and heap[0][0] == nth:
                self.send(heapq.heappop(heap)[1])
                nth += 1


def cured():
    return wired(NewSender(), NewReceiver())
