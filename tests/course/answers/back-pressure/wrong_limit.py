# It says: failed: NoSpaceInBox
def cured():
    producer, consumer = Producer(), Consumer()
    consumer.set_inbox_size("inbox", ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
