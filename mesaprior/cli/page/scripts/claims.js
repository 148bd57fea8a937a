// The page of claims: sliders over the values that were run, and numbers and pictures to take along.

import { shareText, wholeText } from "./phrases.js";
import { copied, csvOf, csvOfTable, fill, saved } from "./elements.js";
import { Charts } from "./charts.js";

async function startClaims() {
  const content = JSON.parse(document.getElementById("content").textContent);
  const charts = new Charts(JSON.parse(document.getElementById("charts").textContent));
  await charts.draw();
  const claims = new Map(content.claims.map((told) => [told.name, new LiveClaim(told, content, charts)]));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button");
    if (button) clickedOn(button, claims, charts);
  });
  document.documentElement.dataset.ready = "yes";
}

class LiveClaim {
  constructor(told, content, charts) {
    Object.assign(this, { told, content, charts });
    this.parameter = document.getElementById(`parameter-${told.name}`);
    this.slider = document.getElementById(`value-${told.name}`);
    this.parameter.value = "0";
    this.parameter.addEventListener("change", () => this.#begin());
    this.slider.addEventListener("input", () => this.#show());
    this.#begin();
  }

  get #found() {
    return this.told.parameters[Number(this.parameter.value)];
  }

  // A parameter begins at its base.
  #begin() {
    const found = this.#found;
    this.slider.max = found.values.length - 1;
    this.slider.value = found.values.indexOf(found.base);
    fill(`meaning-${this.told.name}`, `${found.name}: ${found.meaning}. Run at ${found.values.map(numberText).join(", ")}; the base is ${numberText(found.base)}.`);
    this.#show();
  }

  #show() {
    const found = this.#found;
    const place = Number(this.slider.value);
    const value = found.values[place];
    const margins = found.margins?.map((worlds) => worlds.map(Number)) ?? null;
    const share = margins ? shareHolding(margins[place]) : Number(found.shares[place]);
    const median = margins ? medianOf(margins[place]) : Number(found.medians[place]);
    this.slider.setAttribute("aria-valuetext", `${found.name} ${numberText(value)}`);
    const verdict = this.#verdictOf(share, margins ? shareFailing(margins[place]) : NaN);
    const told =
      `At ${found.name} = ${numberText(value)}${value === found.base ? ", the base," : ""} the argument holds in ${shareText(share)} of ` +
      `${wholeText(this.told.n_worlds)} worlds${verdict ? `: ${verdict}` : ""}. The median margin is ${numberText(median)}.`;
    fill(`told-${this.told.name}`, told + (this.told.goes_by === "other" ? " The verdict of this claim goes by another rule, told below." : ""));
    this.charts.show(`live-${this.told.name}`, () => ({ data: marginData(found, margins, place), told: `Margins of all worlds over ${found.name}. ${told}` }));
  }

  // By sign, refuted needs worlds in which the opposite holds, and without the margins of the worlds nobody knows.
  #verdictOf(holding, failing) {
    const { most, few } = this.content;
    if (this.told.goes_by === "other") return "";
    if (holding >= most) return "supported";
    if (this.told.goes_by === "share") return holding <= few ? "refuted" : "depends";
    return Number.isNaN(failing) ? "" : failing >= most ? "refuted" : "depends";
  }

  // What the slider moves over, as rows.
  get rows() {
    return this.told.parameters.flatMap((found) =>
      found.values.flatMap((value, place) =>
        found.margins
          ? found.margins[place].map((margin, world) => [found.name, value, world, margin])
          : [[found.name, value, "median", found.medians[place]]],
      ),
    );
  }
}

function shareHolding(margins) {
  return margins.filter((margin) => margin > 0).length / margins.length;
}

function shareFailing(margins) {
  return margins.filter((margin) => margin < 0).length / margins.length;
}

// The lower of two in the middle, as everywhere in the findings; undefined ones are left out.
function medianOf(margins) {
  const known = margins.filter((margin) => !Number.isNaN(margin)).sort((x, y) => x - y);
  return known.length ? known[Math.floor((known.length - 1) / 2)] : NaN;
}

// Marks of the worlds where margins are finite: those at the chosen value stand out.
function marginData(found, margins, place) {
  const here = [];
  const others = [];
  margins?.forEach((worlds, at) => {
    for (const y of worlds) {
      if (!Number.isFinite(y)) continue;
      if (at === place) here.push({ x: found.values[at], y, side: y > 0 ? "above 0" : "not above 0" });
      else others.push({ x: found.values[at], y });
    }
  });
  const medians = found.medians.map(Number);
  return {
    here,
    others,
    medians: found.values.map((x, at) => ({ x, y: medians[at] })).filter(({ y }) => Number.isFinite(y)),
    level: [{ y: 0 }],
    now: [{ x: found.values[place] }],
  };
}

function numberText(value) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

// A picture of the page as an SVG that stands alone, in the colours it has now.
function standingAlone(picture) {
  const style = getComputedStyle(document.documentElement);
  const colour = (_, variable) => style.getPropertyValue(variable).trim();
  const paper = `<rect width="100%" height="100%" fill="${style.getPropertyValue("--paper").trim()}"/>`;
  const text = new XMLSerializer().serializeToString(picture);
  return text.replaceAll(/var\((--[\w-]+)\)/g, colour).replace(/(<svg[^>]*>)/, `$1${paper}`);
}

function clickedOn(button, claims, charts) {
  const { table, numbers, margins, picture, save } = button.dataset;
  if (table) copied(csvOfTable(document.getElementById(table)), button);
  if (numbers) {
    const { header, rows } = claims.get(numbers).told.figure;
    copied(csvOf(header, rows), button);
  }
  if (margins) copied(csvOf(["parameter", "value", "world", "margin"], claims.get(margins).rows), button);
  if (picture) {
    const svg = button.closest(".panel").querySelector("svg");
    saved(standingAlone(svg), "image/svg+xml", `${picture}.svg`);
  }
  if (save) charts.svg(save).then((text) => saved(text, "image/svg+xml", `${save}.svg`));
}

startClaims();
