"""The rules of the parts that use services by name."""

import pytest

from kamlab import ProducerFinished
from kamlab.core.errors import BadInbox, NoSuchService, ServiceAlreadyExists
from kamlab.parts import Collate, NullSink, Subscribe, ToService, register_service


def test_a_subscriber_subscribes_and_unsubscribes(bench):
    """It asks for each request, passes on what comes, and takes its requests back in reverse at its end."""
    service = register_service(Collate(), {"news": "inbox"}).activate()
    part = Subscribe("news", "sports", "weather")
    caught = bench.catch(part)
    part.deliver("rain")
    bench.settle()
    part.deliver(ProducerFinished(), "control")
    bench.settle()
    asked = [(verb, what) for verb, what, _ in service.collated]
    assert asked == [("ADD", "sports"), ("ADD", "weather"), ("REMOVE", "weather"), ("REMOVE", "sports")]
    assert {who for _, _, who in service.collated} == {(part, "inbox")}
    assert (caught.data, caught.kinds) == (["rain"], ["ProducerFinished"])


def test_to_service_sends_to_the_service(bench):
    """What comes to its inbox goes to the service, and control ends it."""
    service = register_service(Collate(), {"archive": "inbox"}).activate()
    part = ToService("archive")
    caught = bench.catch(part)
    bench.settle()
    part.deliver("a page")
    part.deliver(ProducerFinished(), "control")
    bench.settle()
    assert (service.collated, caught.kinds, part.state) == (["a page"], ["ProducerFinished"], "finished")


@pytest.mark.parametrize("make", [lambda: Subscribe("nowhere", 1), lambda: ToService("nowhere")])
def test_an_unknown_service_is_named(bench, make):
    """A service that no component offers fails the component, and the error lists those that exist."""
    register_service(NullSink(), {"bin": "inbox"})
    part = make()
    bench.catch(part)
    bench.settle()
    assert isinstance(part.error, NoSuchService)
    assert "bin" in str(part.error)


def test_bad_registrations_are_refused(bench):
    """A name that is taken and an inbox that does not exist are refused."""
    register_service(NullSink(), {"bin": "inbox"})
    with pytest.raises(ServiceAlreadyExists, match="bin"):
        register_service(NullSink(), {"bin": "inbox"})
    with pytest.raises(BadInbox, match="letterbox"):
        register_service(NullSink(), {"post": "letterbox"})
