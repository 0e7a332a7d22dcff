# It says: low was dispatched before middle
class CuredProcessor(Processor):
    def priority(self, who):
        return 0 if who == "middle" else super().priority(who)  # middle shall not be in the way


def cured():
    return system(CuredProcessor())
