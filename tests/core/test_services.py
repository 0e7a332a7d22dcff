"""Named services and tracked values."""

from __future__ import annotations

import pytest

from kamlab import Component
from kamlab.core.errors import (
    AccessToUndeclaredTrackedVariable,
    BadComponent,
    BadInbox,
    BadParentTracker,
    MultipleServiceDeletion,
    NamespaceClash,
    NoSuchService,
    ServiceAlreadyExists,
)
from kamlab.core.services import Services


class Offering(Component):
    Inboxes = ["inbox", "requests"]

    def main(self):
        while True:
            self.pause()
            yield


def test_a_service_is_found_by_its_name():
    """retrieve_service() returns the component and the inbox that were registered."""
    services, component = Services(), Offering()
    services.register_service("s", component, "requests")
    assert services.retrieve_service("s") == (component, "requests")
    assert services.services_registered() == ["s"]


def test_a_name_that_is_taken_says_by_whom():
    """A second service of one name is refused, and the first stays."""
    services, first = Services(), Offering(name="first")
    services.register_service("s", first, "inbox")
    with pytest.raises(
        ServiceAlreadyExists, match=r"'s' exists already: first \(new\) offers its inbox 'inbox'.*reset"
    ):
        services.register_service("s", Offering(), "inbox")
    assert services.retrieve_service("s") == (first, "inbox")


@pytest.mark.parametrize("thing", [None, "text", Offering, 5])
def test_a_service_needs_a_component(thing):
    """Anything that is no component is refused."""
    with pytest.raises(BadComponent, match="'s' needs a component"):
        Services().register_service("s", thing, "inbox")


def test_a_service_needs_an_inbox_that_is_there():
    """An inbox that the component does not have is refused, with those it has."""
    with pytest.raises(BadInbox, match="needs an inbox 'nonsense'.*'inbox', 'requests'"):
        Services().register_service("s", Offering(), "nonsense")


def test_an_unknown_service_lists_those_there_are():
    """A name that nobody registered is a KeyError with the names there are."""
    services = Services()
    services.register_service("known", Offering(), "inbox")
    with pytest.raises(NoSuchService, match="no service 'unknown'; there are: 'known'") as caught:
        services.retrieve_service("unknown")
    assert isinstance(caught.value, KeyError)


def test_a_service_can_be_taken_off_once():
    """After deregister_service() the name is free; a second time is refused."""
    services = Services()
    services.register_service("s", Offering(), "inbox")
    services.deregister_service("s")
    with pytest.raises(MultipleServiceDeletion, match="'s'"):
        services.deregister_service("s")
    services.register_service("s", Offering(), "inbox")


def test_the_services_of_a_component_end_with_it(lab):
    """When a component ends, however it does, its services are taken off."""
    offering, other = Offering().activate(), Offering().activate()
    for name, component in (("a", offering), ("b", other), ("c", offering)):
        lab.services.register_service(name, component, "inbox")
    offering.stop()
    assert lab.services.services_registered() == ["b"]


def test_each_lab_has_its_own_services(make_lab):
    """Two labs may each have a service of the same name."""
    one, two = make_lab(), make_lab()
    one.services.register_service("s", first := Offering(), "inbox")
    two.services.register_service("s", second := Offering(), "inbox")
    assert one.services.retrieve_service("s")[0] is first
    assert two.services.retrieve_service("s")[0] is second


def test_values_are_declared_once_then_changed():
    """track_value() declares, update_value() changes, retrieve_value() reads; the rest is refused by name."""
    services = Services()
    services.track_value("v", 1)
    services.update_value("v", None)
    assert services.retrieve_value("v") is None
    assert services.information_items_logged() == ["v"]
    with pytest.raises(NamespaceClash, match="'v'.*update_value"):
        services.track_value("v", 2)
    for call in (lambda: services.retrieve_value("w"), lambda: services.update_value("w", 1)):
        with pytest.raises(AccessToUndeclaredTrackedVariable, match="'w'.*There are: 'v'"):
            call()


def test_a_parent_is_asked_for_services_not_found_here():
    """A tracker with a parent finds the parent's services, and its own first."""
    parent = Services()
    child = Services(parent)
    parent.register_service("theirs", first := Offering(), "inbox")
    assert child.retrieve_service("theirs") == (first, "inbox")
    child.register_service("theirs", second := Offering(), "inbox")
    assert child.retrieve_service("theirs") == (second, "inbox")
    assert parent.retrieve_service("theirs") == (first, "inbox")


@pytest.mark.parametrize("parent", ["text", Services, 0])
def test_a_parent_must_be_a_tracker(parent):
    """Anything else given as parent is refused."""
    with pytest.raises(BadParentTracker):
        Services(parent)


def test_zap_forgets_everything():
    """zap() takes off all services and values."""
    services = Services()
    services.register_service("s", Offering(), "inbox")
    services.track_value("v", 1)
    services.zap()
    assert services.services_registered() == services.information_items_logged() == []
