# Way: a generator, which puts the tools away in a slice of its own.
class CuredWorker(Worker):
    def main(self):
        while True:
            while self.data_ready():
                self.do(self.recv())
            yield from self.tidy().__await__()
            while not self.data_ready():
                self.pause()
                yield


def cured():
    return system(CuredWorker())
