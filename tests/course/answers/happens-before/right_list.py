# Way: all that is early is in one list, and Cleo goes through it after each question.
class NewBob(Bob):
    async def main(self):
        while True:
            question = await self.receive()
            self.send((question, ANSWERS[question]))


class NewCleo(Cleo):
    def main(self):
        shown, held = [], []
        while True:
            for message in self.messages():
                if type(message) is tuple:
                    held.append(message)
                else:
                    shown.append(message)
                    self.send(message)
                for pair in list(held):
                    if pair[0] in shown:
                        held.remove(pair)
                        self.send(pair[1])
            self.pause()
            yield


def cured():
    return wired(Ann(), NewBob(), NewCleo())
