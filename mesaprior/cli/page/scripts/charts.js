// The charts: Vega views that get new data as the sliders move. Those out of sight wait until they are seen.

import { contestOf } from "./phrases.js";

const LOG10_OF_2 = Math.log10(2);
const EDGE = 6; // Shares nearer to 0 or 1 than 10^-EDGE are drawn at the edge.
const ERRORS = 1; // Vega's level for what it logs.
const LABEL_DISTANCE = 0.75; // Least distance of two labels at the end of lines, on the scale of log10 odds.

export class Charts {
  constructor(specifications) {
    this.specifications = specifications;
    this.views = {};
    this.waiting = new Map();
    this.labels = {};
    this.seen = new Set();
  }

  async draw() {
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const name = target.dataset.chart;
        if (isIntersecting) this.seen.add(name);
        else this.seen.delete(name);
        if (isIntersecting) this.#refresh(name);
      }
    }, { rootMargin: "200px" });
    for (const [name, specification] of Object.entries(this.specifications)) {
      const place = document.querySelector(`[data-chart="${name}"]`);
      // Expressions are interpreted: the content policy allows no code from text. Empty data are no reason to warn.
      const options = { mode: "vega", ast: true, actions: false, renderer: "svg", tooltip: false, logLevel: ERRORS };
      this.views[name] = (await vegaEmbed(place, specification, options)).view;
      // The place itself says in words what the picture shows.
      place.querySelector("svg").setAttribute("aria-hidden", "true");
      watch.observe(place);
    }
    // Printing shows everything.
    addEventListener("beforeprint", () => [...this.waiting.keys()].forEach((name) => this.#refresh(name)));
  }

  // Give a chart new data and say in words what it shows: make() returns { data, told }, data by the names of its sets.
  show(name, make) {
    if (!this.views[name]) return;
    this.waiting.set(name, make);
    if (this.seen.has(name)) this.#refresh(name);
  }

  #refresh(name) {
    const make = this.waiting.get(name);
    if (!make) return;
    this.waiting.delete(name);
    const { data, told } = make();
    document.querySelector(`[data-chart="${name}"]`).setAttribute("aria-label", told);
    const view = this.views[name];
    for (const [set, values] of Object.entries(data)) view.data(set, values);
    // Room is made where labels change, or there is something to show for the first time.
    const labels = JSON.stringify(data.labels?.map((label) => label.name) ?? Object.values(data).map((set) => set.length > 0));
    if (labels !== this.labels[name]) view.resize();
    this.labels[name] = labels;
    view.run();
  }

  // A chart as an SVG that stands alone: variables of the style sheet become the colours they have now.
  async svg(name) {
    this.#refresh(name);
    const style = getComputedStyle(document.documentElement);
    const text = await this.views[name].toSVG();
    const paper = `<rect width="100%" height="100%" fill="${style.getPropertyValue("--paper").trim()}"/>`;
    return text
      .replaceAll(/var\((--[\w-]+)\)/g, (_, variable) => style.getPropertyValue(variable).trim())
      .replace(/(<svg[^>]*>)/, `$1${paper}`);
  }
}

function clipped(bits) {
  return Math.min(Math.max(bits * LOG10_OF_2, -EDGE), EDGE);
}

// Labels at the end of lines, moved apart where they would overlap.
function apart(labels, distance, low, high) {
  labels.sort((x, y) => x.y - y.y);
  for (let k = 1; k < labels.length; k++) labels[k].y = Math.max(labels[k].y, labels[k - 1].y + distance);
  let ceiling = high;
  for (let k = labels.length - 1; k >= 0; k--) {
    labels[k].y = Math.max(Math.min(labels[k].y, ceiling), low);
    ceiling = labels[k].y - distance;
  }
  return labels;
}

// Posterior mass of each part along n, as log10 odds of the part against the rest.
export function massData(model, along, names, logits, p) {
  const lines = [];
  const labels = [];
  names.forEach((name, part) => {
    const values = along.summaries.map((one) => one[logits][part]);
    if (!values.some((bits) => bits > -Infinity)) return;
    values.forEach((bits, at) => Number.isNaN(bits) || lines.push({ n: model.n[at], y: clipped(bits), name }));
    const last = values.at(-1);
    if (!Number.isNaN(last)) labels.push({ n: model.n.at(-1), y: clipped(last), name });
  });
  return { lines, labels: apart(labels, LABEL_DISTANCE, -EDGE, EDGE), now: [{ n: model.n[p] }] };
}

export function oddsData(content, model, along, p) {
  const contests = [
    ["optimizers over imitators", "odds", content.has_lesions],
    ["defecting over faithful", "oddsVerdict", true],
  ];
  const lines = [];
  const labels = [];
  for (const [name, key, isTold] of contests) {
    if (!isTold) continue;
    const values = along.summaries.map((one) => one[key]);
    values.forEach((y, at) => Number.isFinite(y) && lines.push({ n: model.n[at], y, name }));
    if (Number.isFinite(values.at(-1))) labels.push({ n: model.n.at(-1), y: values.at(-1), name, text: name.replace(" over ", "\nover ") });
  }
  const height = Math.max(...lines.map(({ y }) => y), 0) - Math.min(...lines.map(({ y }) => y), 0) || 1;
  const contest = contestOf(content);
  const lost = along[contest.loses];
  return {
    lines,
    labels: apart(labels, height / 5, -Infinity, Infinity),
    level: [{ y: 0 }],
    loses: lost === null ? [] : [{ n: lost, name: `${contest.challengers} ahead for good` }],
    now: [{ n: model.n[p] }],
  };
}

export function planeData(content, model, shares) {
  const bubbles = [];
  model.bubbles.forEach(({ role, length, time }, k) => {
    // Roles stand side by side, so that none covers another of equal length and time.
    const shift = content.has_lesions ? 0.35 * (role - 1) : 0;
    if (shares[k] > 1e-6) bubbles.push({ length: length + shift, time, share: shares[k], name: content.roles[role] });
  });
  bubbles.sort((x, y) => y.share - x.share);
  return { bubbles };
}
