# Fault: low does its work without the lock: the tasks were changed, not the dispatching.
class CuredProcessor(Processor):
    pass


def cured():
    processor = CuredProcessor()
    low = Task("low", "work", "work", "work", "end")
    middle = Task("middle", *["work"] * 5, "end")
    high = Task("high", "take", "work", "free", "end")
    wires = {}
    for who in ("low", "middle", "high"):
        wires[who, "outbox"] = ("processor", "inbox")
        wires["processor", f"to {who}"] = (who, "inbox")
    Graphline(low=low, middle=middle, high=high, processor=processor, linkages=wires).activate()
    return processor
