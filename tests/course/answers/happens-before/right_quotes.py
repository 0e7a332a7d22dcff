# Way: Bob quotes the question; Cleo writes the quoted question if she has not got it, and skips the post's copy.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    async def main(self):
        shown = set()
        while True:
            message = await self.receive()
            texts = message if isinstance(message, tuple) else (message,)
            for text in texts:
                if text not in shown:
                    shown.add(text)
                    self.send(text)


def cured():
    return wired(Ann(), NewBob(), NewCleo())
