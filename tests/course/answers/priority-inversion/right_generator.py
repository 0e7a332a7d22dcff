# Way: a generator, and the ready tasks are sorted by a pair: first whether it blocks one, then the priority.
class CuredProcessor(Processor):
    def key(self, who):
        blocks = bool(self.waiting) and who == self.holder
        return (3 if blocks else self.priority(who), blocks)

    def main(self):
        busy = False
        while True:
            for who, action in self.messages():
                self.note(who, action)
                if action != "come":
                    busy = False
                if not busy and self.ready:
                    chosen = sorted(self.ready, key=self.key)[-1]
                    self.send("go", "to " + chosen)
                    busy = True
            self.pause()
            yield


def cured():
    return system(CuredProcessor())
