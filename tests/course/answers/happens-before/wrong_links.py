# Fault: the links are changed: Bob gets the questions from Cleo.
class NewBob(Bob):
    pass


class NewCleo(Cleo):
    Outboxes = ("outbox", "to bob")

    async def main(self):
        while True:
            text = await self.receive()
            self.send(text)
            if text in ANSWERS:
                self.send(text, "to bob")


def cured():
    parts = {"ann": Ann(), "bob": NewBob(), "post": Post(), "cleo": NewCleo(), "wall": Wall()}
    for name, part in parts.items():
        part.name = name
    wires = {
        ("ann", "by post"): ("post", "inbox"),
        ("post", "outbox"): ("cleo", "inbox"),
        ("cleo", "to bob"): ("bob", "inbox"),
        ("bob", "outbox"): ("cleo", "inbox"),
        ("cleo", "outbox"): ("wall", "inbox"),
    }
    Graphline(**parts, linkages=wires).activate()
    return parts["wall"]
