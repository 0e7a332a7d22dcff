# Fault: the wall is changed: it puts the lines in order.
class SortingWall(Wall):
    async def main(self):
        while True:
            self.lines.append(await self.receive())
            order = [text for pair in ANSWERS.items() for text in pair]
            self.lines.sort(key=order.index)


class NewBob(Bob):
    pass


class NewCleo(Cleo):
    pass


def cured():
    global Wall
    Wall = SortingWall
    return wired(Ann(), NewBob(), NewCleo())
