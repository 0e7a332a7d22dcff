# Fault: takes the storm away.
class NewShop(Shop):
    pass


class NewBank(Bank):
    pass


def cured():
    return wired(NewShop(), NewBank(), "calm", "calm")
