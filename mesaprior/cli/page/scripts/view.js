// Where the sliders stand, and the address that says so.

const STEP_OF_OCTAVE = 0.125;

// What can be moved. Those on a log scale have sliders in octaves; the number beside each slider is exact.
function controlsOf(content) {
  const octaves = Math.ceil(Math.log2(Math.max(content.time_range[1], 2)));
  const chance = (content.actions.length - 1) / content.actions.length;
  return [
    { key: "weight", part: "prior", min: 0, max: 4, step: 0.05 },
    { key: "alpha", part: "prior", min: 0, max: 8, step: 0.05 },
    { key: "bound", part: "prior", options: ["none", "hard", "soft"] },
    { key: "T", part: "prior", min: 1, max: 2 ** octaves, isLog: true, isWhole: true },
    { key: "temperature", part: "prior", min: 0.125, max: 8, isLog: true },
    { key: "kind", part: "noise", options: ["beta", "fixed"] },
    { key: "eps", part: "noise", min: 0, max: chance, step: 0.005 },
    { key: "a", part: "noise", min: 2 ** -7, max: 2 ** 10, isLog: true },
    { key: "b", part: "noise", min: 2 ** -7, max: 2 ** 10, isLog: true },
    { key: "p", part: "place", min: 0, max: content.census.n.length - 1, step: 1 },
  ];
}

export class View {
  constructor(content, changed) {
    this.content = content;
    this.changed = changed;
    this.controls = controlsOf(content);
    this.values = { prior: {}, noise: {}, place: {} };
    this.program = null;
    this.others = new Map();
    for (const control of this.controls) this.#connect(control);
    this.reset();
    this.read();
    // The address may have been written anew since; what counts is what it was changed to.
    addEventListener("hashchange", ({ newURL }) => this.read(new URL(newURL).hash) && this.changed());
  }

  // What else the address keeps: read(text) takes it over, null where it says nothing, and returns whether anything
  // changes; write() gives it, null for nothing.
  keep(name, { read, write }) {
    this.others.set(name, { read, write });
  }

  // Turn to other rows: their number is another, and they have other programs.
  about(content) {
    this.content = content;
    this.controls = controlsOf(content);
    for (const control of this.controls) {
      if (control.options) continue;
      const slider = document.getElementById(control.key);
      slider.max = control.isLog ? Math.log2(control.max) : control.max;
    }
    this.#set(this.#named("p"), content.census.n.length - 1);
    this.program = null;
  }

  #named(key) {
    return this.controls.find((control) => control.key === key);
  }

  get prior() {
    return { ...this.values.prior };
  }

  get noise() {
    return { ...this.values.noise };
  }

  get p() {
    return this.values.place.p;
  }

  reset() {
    const { prior, noise } = this.content.start;
    const start = { ...prior, ...noise, p: this.content.census.n.length - 1 };
    for (const control of this.controls) this.#set(control, start[control.key]);
    this.program = null;
  }

  #connect(control) {
    const { key } = control;
    const slider = document.getElementById(key);
    const number = document.getElementById(`${key}-number`);
    if (control.options) {
      slider.addEventListener("change", () => this.#move(key, slider.value));
      return;
    }
    slider.min = control.isLog ? Math.log2(control.min) : control.min;
    slider.max = control.isLog ? Math.log2(control.max) : control.max;
    slider.step = control.isLog ? STEP_OF_OCTAVE : control.step;
    slider.addEventListener("input", () => this.#move(key, fromSlider(control, Number(slider.value))));
    number.addEventListener("change", () => {
      const typed = key === "p" ? this.#nearest(Number(number.value)) : Number(number.value);
      this.#move(key, number.value === "" || Number.isNaN(typed) ? this.values[control.part][key] : typed);
    });
  }

  // The place of the kept number of training rows that is nearest to one.
  #nearest(n) {
    const far = this.content.census.n.map((one) => Math.abs(one - n));
    return far.indexOf(Math.min(...far));
  }

  #move(key, value) {
    this.#set(this.#named(key), value);
    this.changed();
  }

  #set(control, value) {
    const { key, part } = control;
    const kept = control.options
      ? control.options.includes(value) ? value : control.options[0]
      : Math.min(Math.max(value, control.min), key === "eps" ? control.max : Math.max(control.max, key === "p" ? 0 : 1e12));
    this.values[part][key] = key === "p" ? Math.min(kept, control.max) : kept;
    const slider = document.getElementById(key);
    slider.value = control.isLog ? Math.log2(kept) : kept;
    if (control.options) return;
    const shown = key === "p" ? this.content.census.n[this.p] : kept;
    document.getElementById(`${key}-number`).value = shown;
    slider.setAttribute("aria-valuetext", String(shown));
  }

  // Show only the sliders that play a part.
  showFitting() {
    document.getElementById("T-control").hidden = this.values.prior.bound === "none";
    for (const key of ["a", "b"]) document.getElementById(`${key}-control`).hidden = this.values.noise.kind !== "beta";
    document.getElementById("eps-control").hidden = this.values.noise.kind !== "fixed";
  }

  // Take over what the address says; return whether it says anything.
  read(hash = location.hash) {
    const said = new URLSearchParams(hash.slice(1));
    let isAny = false;
    for (const [name, other] of this.others) isAny = other.read(said.get(name)) || isAny;
    for (const control of this.controls) {
      const text = said.get(control.key === "p" ? "n" : control.key);
      if (text === null) continue;
      const value = control.options ? text : control.key === "p" ? this.#nearest(Number(text)) : Number(text);
      if (!control.options && !Number.isFinite(value)) continue;
      this.#set(control, value);
      isAny = true;
    }
    const program = said.get("program");
    if (program !== null && /^\d+$/.test(program) && Number(program) < this.content.n_named) this.program = Number(program);
    return isAny || program !== null;
  }

  get address() {
    const said = new URLSearchParams();
    for (const { key, part } of this.controls) {
      said.set(key === "p" ? "n" : key, key === "p" ? this.content.census.n[this.p] : this.values[part][key]);
    }
    if (this.program !== null) said.set("program", this.program);
    for (const [name, other] of this.others) {
      const text = other.write();
      if (text !== null) said.set(name, text);
    }
    return `#${said}`;
  }
}

function fromSlider(control, value) {
  if (!control.isLog) return value;
  const found = 2 ** value;
  return control.isWhole ? Math.round(found) : Number(found.toPrecision(4));
}
