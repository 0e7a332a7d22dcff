SimpleServer(protocol=SubscribeTo("LOGGER"), port=1501).activate()
