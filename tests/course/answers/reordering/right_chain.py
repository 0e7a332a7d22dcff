# Way: each letter names the one before it, as links of a chain.
class NewSender(Sender):
    def main(self):
        before = None
        for number, letter in enumerate(WORD):
            me = f"{letter}{number}"
            self.send({"after": before, "me": me, "letter": letter}, "right" if number % 2 else "left")
            before = me
            yield


class NewReceiver(Receiver):
    async def main(self):
        last, followers = None, {}
        while True:
            message = await self.receive()
            followers[message["after"]] = message
            while last in followers:
                message = followers.pop(last)
                self.send(message["letter"])
                last = message["me"]


def cured():
    return wired(NewSender(), NewReceiver())
