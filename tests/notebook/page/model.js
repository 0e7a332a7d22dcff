// A model that remembers what it was sent, in the place of anywidget's.
import widget from "./panel.js";

class Model {
  constructor(traits) {
    this.traits = { layout: { comm_live: true }, ...traits };
    this.listeners = new Map();
    this.sent = [];
    this.closed = false;
    const slots = new Set();
    this.statusChanged = {
      slots,
      connect: (slot) => slots.add(slot),
      disconnect: (slot) => slots.delete(slot),
      emit: (status) => [...slots].forEach((slot) => slot(null, status)),
    };
    this.widget_manager = { kernel: { statusChanged: this.statusChanged } };
  }

  get(name) {
    return this.traits[name];
  }

  set(name, value) {
    this.traits[name] = structuredClone(value);
    this.trigger(`change:${name}`);
  }

  on(name, fn) {
    if (!this.listeners.has(name)) this.listeners.set(name, new Set());
    this.listeners.get(name).add(fn);
  }

  off(name, fn) {
    this.listeners.get(name)?.delete(fn);
  }

  trigger(name) {
    for (const fn of [...(this.listeners.get(name) || [])]) fn();
  }

  send(content) {
    if (this.closed) throw new Error("Comm is closed");
    this.sent.push(structuredClone(content));
  }

  listening() {
    return [...this.listeners.values()].reduce((sum, each) => sum + each.size, this.statusChanged.slots.size);
  }
}

window.models = {};
window.ends = {};
window.show = async (name, traits, views) => {
  const model = (window.models[name] = new Model(traits));
  window.ends[name] = [];
  for (let index = 0; index < views; index += 1) {
    const el = document.createElement("div");
    el.id = `${name}-${index}`;
    document.body.append(el);
    window.ends[name].push(await widget.render({ model, el }));
  }
};
