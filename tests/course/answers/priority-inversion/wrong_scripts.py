# Fault: reads the scripts of the tasks, which are theirs, to see who will need the lock.
class CuredProcessor(Processor):
    tasks = {}

    def priority(self, who):
        if self.waiting and "free" in self.tasks[who].script and who == self.holder:
            return 3
        return super().priority(who)


def cured():
    processor = CuredProcessor()
    low = Task("low", "take", "work", "work", "free", "work", "end")
    middle = Task("middle", *["work"] * 5, "end")
    high = Task("high", "take", "work", "free", "end")
    processor.tasks = {task.who: task for task in (low, middle, high)}
    wires = {}
    for who in ("low", "middle", "high"):
        wires[who, "outbox"] = ("processor", "inbox")
        wires["processor", f"to {who}"] = (who, "inbox")
    Graphline(low=low, middle=middle, high=high, processor=processor, linkages=wires).activate()
    return processor
