# Way: while a task waits for the lock, only tasks at least as urgent as it and the holder may go.
class CuredProcessor(Processor):
    async def main(self):
        running = None
        while True:
            who, action = await self.receive()
            self.note(who, action)
            if action != "come":
                running = None
            if running is None:
                allowed = [task for task in self.ready if self.allowed(task)]
                if allowed:
                    running = max(allowed, key=self.priority)
                    self.send("go", f"to {running}")

    def allowed(self, task):
        if not self.waiting or task == self.holder:
            return True
        return self.priority(task) >= self.priority(self.waiting)


def cured():
    return system(CuredProcessor())
