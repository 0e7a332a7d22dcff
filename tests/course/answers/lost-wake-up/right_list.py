# Way: takes the jobs over into a list of its own; after tidying it fetches what is new.
from collections import deque


class CuredWorker(Worker):
    async def main(self):
        todo = deque()
        while True:
            todo.extend(self.messages())
            if todo:
                while todo:
                    self.do(todo.popleft())
                await self.tidy()
            else:
                self.pause()
                await self.tick()


def cured():
    return system(CuredWorker())
