# Way: a pipeline, in which the title goes through the writer to the store.
from kamlab import Pipeline


class SafeStore(Store):
    pass


class SafeOwner(Owner):
    pass


class SafeWriter(Writer):
    async def main(self):
        self.send(await self.receive())
        for line in ("Monday", "Tuesday"):
            self.send(("write", "diary", line))


def cured():
    store = SafeStore()
    Pipeline(SafeOwner(), SafeWriter(), store).activate()
    return store
