# It says: holds 'When?' back although it has nothing to wait for
class NewBob(Bob):
    pass


class NewCleo(Cleo):
    async def main(self):
        lines = [await self.receive() for _ in range(4)]
        for line in sorted(lines, key=lambda line: line in ANSWERS.values()):
            self.send(line)


def cured():
    return wired(Ann(), NewBob(), NewCleo())
