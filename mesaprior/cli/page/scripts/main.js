// Puts the page together: reads what it holds, and rewrites what it says whenever a slider moves.

import { bitsText, capital, countText, oddsText, shareText, wholeText } from "./phrases.js";
import { contestOf, formulaOf, noiseText, paragraphOf } from "./phrases.js";
import { unpackedText, unpacked, readContent } from "./payload.js";
import { readModel } from "./model.js";
import { Answers } from "./answer.js";
import { element, fill, badge, tableOf, csvOf, csvOfTable, copied, saved, announce } from "./elements.js";
import { ledgerOf, programParts } from "./program.js";
import { View } from "./view.js";
import { Charts, massData, oddsData, planeData } from "./charts.js";
import { Phase } from "./phase.js";
import { readCrowd } from "./crowd.js";
import { People } from "./people.js";

const MOST_LEADING = 12;

async function begun(Kind) {
  const content = readContent();
  const model = await readModel(content);
  const programs = {
    texts: (await unpackedText(content.programs.text)).split("\n"),
    predictions: await unpacked(content.programs.predictions),
    nCells: new Set(content.situations.cell).size,
  };
  const charts = new Charts(JSON.parse(document.getElementById("charts").textContent));
  const page = new Kind({ content, model, programs }, charts);
  if (content.people) page.follow(new People(page, await readCrowd(content)));
  await charts.draw();
  page.update();
  // Tests and readers of the source find the numbers behind the page here.
  document.documentElement.dataset.ready = "yes";
}

export class Page {
  constructor(whole, charts) {
    this.whole = whole;
    this.charts = charts;
    this.followers = [];
    this.isDue = false;
    this.view = new View(whole.content, () => this.soon());
    this.#take(whole);
    document.getElementById("numbers").addEventListener("toggle", () => this.showNumbers());
    document.getElementById("reset").addEventListener("click", () => {
      this.view.reset();
      this.update();
    });
    document.addEventListener("click", (event) => this.clicked(event));
  }

  // Have something told where the sliders stand whenever the page has answered.
  follow(follower) {
    this.followers.push(follower);
  }

  // Turn to other rows: content, model and programs, as of the whole log.
  turnTo(subject) {
    this.phase.leave();
    this.view.about(subject.content);
    this.#take(subject);
  }

  #take(subject) {
    const { content, model, programs } = subject;
    Object.assign(this, { content, model, programs });
    this.contest = contestOf(content);
    // Who comes back finds what was worked out.
    subject.answers ??= new Answers(model, programs);
    subject.phase ??= new Phase(model, this.contest, () => this.showPhase());
    this.answers = subject.answers;
    this.phase = subject.phase;
    this.tellOnce();
  }

  // Sliders send many events; one answer a frame is enough.
  soon() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.update();
    });
  }

  update() {
    const began = performance.now();
    const { content, model, view } = this;
    view.showFitting();
    const { prior, noise, p } = view;
    this.along = this.answers.along({ prior, noise });
    this.leading = this.answers.leading(this.along, p, MOST_LEADING);
    this.tell(prior, noise, p);
    this.showCharts(p);
    this.showLeading();
    this.showProgram();
    this.showPredictions(p, noise);
    this.showNumbers();
    this.phase.ask(prior, noise, this.along.likelihoods);
    for (const follower of this.followers) follower.follow(this.view);
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => history.replaceState(null, "", this.address), 250);
    document.documentElement.dataset.milliseconds = String(performance.now() - began);
    document.documentElement.dataset.updates = String(Number(document.documentElement.dataset.updates ?? 0) + 1);
  }

  // What no slider changes of these rows.
  tellOnce() {
    const { content } = this;
    document.title = `${content.source}: who holds the posterior`;
    fill("source", content.source);
    fill(
      "counted",
      `${wholeText(content.n_programs)} ${content.noun} in ${countText(content.n_behaviours, "behaviour")} · ` +
        `${countText(content.n_training, "training row")}, ${wholeText(content.n_later)} later · space ${content.space}`,
    );
    const said = [...content.warnings, ...content.merged];
    if (content.mass_beyond !== null) {
      said.push(`${capital(content.noun)} beyond the bound hold ${shareText(content.mass_beyond)} of the prior mass 2^-length.`);
    }
    if (content.is_default_language) {
      said.push("The default language holds no payoff, so it leans towards imitators.");
    }
    const { chance, most_frequent, most_frequent_action, best_table } = content.fit;
    said.push(
      `Hits of ${countText(content.n_training, "training row")}: chance has ${Number(chance.toPrecision(4))}, always ` +
        `${content.actions[most_frequent_action]} has ${wholeText(most_frequent)}, the best table from situations to actions ` +
        `has ${wholeText(best_table)}.`,
      `Tolerance for a faithful verdict: ${content.start.tolerance}. Log ${content.provenance.log.digest.slice(0, 12)}, bounds ` +
        `${JSON.stringify(content.provenance.bounds)}, mesaprior ${content.provenance.versions.mesaprior}.`,
    );
    fill("notes", ...said.map((sentence) => element("li", {}, sentence)));
    const given = tableOf(
      "Given for free: bits that supplied tables hide",
      [{ name: "token" }, { name: "bits if written out", isNumber: true }, { name: "bits charged", isNumber: true }],
      content.given.map((entry) => ({
        cells: [{ text: entry.name }, ...[entry.literal_bits, entry.charged_bits].map((bits) => ({ text: wholeText(bits), value: bits }))],
      })),
    );
    fill("given", ...(content.given.length ? [given] : []));
  }

  tell(prior, noise, p) {
    const { content, along, contest } = this;
    const sentences = paragraphOf(content, along, p, this.leading.top[0]);
    fill("paragraph", sentences.join(" "));
    const formula = formulaOf(prior, content.time_range[0] < 1);
    fill("formula", formula);
    fill("command", `mesaprior infer LOG_OR_CENSUS${content.asked ?? ""} --prior '${formula}' --noise ${noiseText(noise)} --format json`);
    const [before, here] = [along.summaries[0], along.summaries[p]];
    const [prior0, posterior] = [before[contest.odds], here[contest.odds]];
    const lines = [
      ["prior odds", prior0],
      ["likelihood ratio of the rows", posterior - prior0],
      ["posterior odds", posterior],
      ["evidence of the rows under all programs", here.evidence - before.evidence],
    ];
    fill(
      "odds-ledger",
      tableOf(
        `Ledger of the odds, ${contest.challengers} over ${contest.others}, in bits`,
        [{ name: "item" }, { name: "bits", isNumber: true }],
        lines.map(([text, value]) => ({ cells: [{ text }, { text: bitsText(value), value }] })),
        { class: "wraps" },
      ),
    );
    const columns = [{ name: "role" }, ...content.verdicts.map((name) => ({ name, isNumber: true })), { name: "mass", isNumber: true }];
    const parts = content.has_lesions
      ? content.counted_roles.map((role) => [content.roles[role], [...here.byBoth[role], here.byRole[role]]])
      : [[`all ${content.noun}`, [...here.byVerdict, 1]]];
    const rows = parts.map(([name, shares]) => ({
      cells: [{ text: name }, ...shares.map((value) => ({ text: shareText(value), value }))],
    }));
    fill("masses", tableOf(`Posterior mass by role and verdict at n = ${content.census.n[p]}`, columns, rows, { id: "mass-table" }));
  }

  showCharts(p) {
    const { content, model, along, charts, contest } = this;
    const here = along.summaries[p];
    const told = (names, shares) => names.map((name, k) => `${name} ${shareText(shares[k])}`).join(", ");
    const place = `at n = ${model.n[p]}`;
    charts.show("role", () => ({
      data: massData(model, along, content.roles, "logitByRole", p),
      told: `Posterior mass by role along the training rows; ${place}: ${told(content.roles, here.byRole)}.`,
    }));
    charts.show("verdict", () => ({
      data: massData(model, along, content.verdicts, "logitByVerdict", p),
      told: `Posterior mass by verdict along the training rows; ${place}: ${told(content.verdicts, here.byVerdict)}.`,
    }));
    charts.show("odds", () => ({
      data: oddsData(content, model, along, p),
      told: `Odds along the training rows; ${place}: ${oddsText(here[contest.odds], contest.challengers, contest.others)}.`,
    }));
    const infinite = along.summaries.flatMap((one, at) => (Number.isFinite(one[contest.odds]) ? [] : [model.n[at]]));
    fill(
      "infinite",
      infinite.length
        ? `At ${countText(infinite.length, "number")} of rows the odds of ${contest.challengers} are infinite or undefined, and not drawn.`
        : "",
    );
    charts.show("plane", () => {
      const shares = model.plane(p, along.weighed, along.likelihoods, here.evidence);
      const largest = shares.indexOf(Math.max(...shares));
      const { role, length } = model.bubbles[largest];
      const whose = content.has_lesions ? `${content.roles[role]}s` : content.noun;
      return {
        data: planeData(content, model, shares),
        told:
          `Posterior mass by length and time ${place}. The largest bubble, ${whose} of ${wholeText(length)} bits, holds ` +
          `${shareText(shares[largest])}.`,
      };
    });
    this.showPhase();
  }

  showPhase() {
    const { phase, view, contest } = this;
    this.charts.show("phase", () => ({
      data: phase.data(view.prior.alpha, view.p),
      told:
        `Odds of ${contest.challengers} over ${contest.others} over alpha and the number of training rows. ` +
        `The ring is where the sliders stand. The numbers can be copied as CSV.`,
    }));
    document.documentElement.dataset.phase = phase.odds ? "done" : "working";
  }

  showLeading() {
    const { content, leading, view } = this;
    const { top, merged, largest } = leading;
    if (view.program === null && top.length) view.shown = top[0].place;
    else view.shown = view.program;
    const columns = [
      { name: "mass", isNumber: true },
      ...(content.has_lesions ? [{ name: "role" }] : []),
      { name: "verdict" },
      { name: "hits", isNumber: true },
      { name: "bits", isNumber: true },
      { name: "steps", isNumber: true },
      { name: "program" },
    ];
    const rows = top.map((one) => {
      const button = element(
        "button",
        { type: "button", class: "choose", "data-program": one.place, "aria-pressed": String(one.place === view.shown) },
        one.text,
      );
      return {
        cells: [
          { text: shareText(one.mass), value: one.mass },
          ...(content.has_lesions ? [{ text: content.roles[one.role], shown: badge("role", one.role, content.roles[one.role]) }] : []),
          { text: content.verdicts[one.verdict], shown: badge("verdict", one.verdict, content.verdicts[one.verdict]) },
          { text: wholeText(one.hits), value: one.hits },
          { text: wholeText(one.length), value: one.length },
          { text: wholeText(one.time), value: one.time },
          { text: one.text, shown: button },
        ],
      };
    });
    const focused = document.activeElement?.dataset?.program;
    fill("leading", tableOf("Leading behaviours, each with a shortest program", columns, rows, { id: "leading-table" }));
    if (focused !== undefined) document.querySelector(`[data-program="${CSS.escape(focused)}"]`)?.focus();
    fill(
      "merged",
      merged > 0
        ? `Behaviours that are not named hold ${shareText(merged)} of the posterior, no group of them more than ${shareText(largest)}.`
        : "",
    );
  }

  showProgram() {
    const { content, view, leading } = this;
    const found = leading.all.find((one) => one.place === view.shown);
    if (!found) return;
    const program = this.answers.program(found, view.p);
    fill("program", ...programParts(content, program, this.ledger(program)));
  }

  get address() {
    return this.view.address;
  }

  ledger(program) {
    const { content, model, along, view } = this;
    return ledgerOf(content, model, along, program, view.prior, view.p);
  }

  showPredictions(p, noise) {
    const { content, model } = this;
    const later = content.situations.labels.map((_, s) => s).filter((s) => content.situations.split[s] !== "train");
    if (!later.length) {
      fill("predictions", element("p", {}, "There are no later rows to predict."));
      return;
    }
    const { sums, merged } = this.answers.predictions(this.leading, p, noise);
    const A = model.actions;
    const columns = [
      ...content.features.map((name) => ({ name })),
      { name: "rows", isNumber: true },
      { name: "teacher" },
      { name: "likeliest" },
      ...content.actions.map((name) => ({ name: `p(${name})`, isNumber: true })),
    ];
    const rows = later.map((s) => {
      const { labels, times, action, cell } = content.situations;
      const chances = [...sums.subarray(cell[s] * A, cell[s] * A + A)];
      const best = chances.indexOf(Math.max(...chances));
      const isMissed = action[s] !== null && action[s] !== best;
      return {
        mark: isMissed ? "missed" : null,
        cells: [
          ...labels[s].map((text) => ({ text })),
          { text: wholeText(times[s]), value: times[s] },
          { text: action[s] === null ? "" : content.actions[action[s]] },
          { text: `${content.actions[best]}${isMissed ? " \u2717" : ""}`, value: content.actions[best] },
          ...chances.map((value) => ({ text: shareText(value), value })),
        ],
      };
    });
    fill("predictions", tableOf(`Predictions for later rows at n = ${model.n[p]}`, columns, rows, { id: "prediction-table" }));
    fill(
      "prediction-bound",
      merged > 1e-9 ? `Each probability may be up to ${shareText(merged)} higher: what behaviours without a name predict is not on the page.` : "",
    );
  }

  // All numbers along n; made only where they are looked at.
  showNumbers() {
    if (!document.getElementById("numbers").open) return;
    const { header, rows } = this.numbers();
    const columns = header.map((name) => ({ name, isNumber: true }));
    fill(
      "number-table",
      tableOf(
        "Odds, evidence and masses at every number of training rows",
        columns,
        rows.map((row) => ({
          cells: row.map((value, k) => ({ text: k ? (k < 4 ? bitsText(value) : shareText(value)) : wholeText(value), value })),
        })),
        { id: "numbers-along-n" },
      ),
    );
  }

  numbers() {
    const { content, model, along } = this;
    const first = along.summaries[0].evidence;
    const both = content.roles.flatMap((role) => content.verdicts.map((verdict) => `${role}, ${verdict}`));
    return {
      header: ["n", "log2_odds", "log2_odds_verdict", "log2_evidence", "sleepers", ...content.roles, ...content.verdicts, ...both],
      rows: along.summaries.map((one, at) => [
        model.n[at],
        one.odds,
        one.oddsVerdict,
        one.evidence - first,
        one.sleepers,
        ...one.byRole,
        ...one.byVerdict,
        ...one.byBoth.flat(),
      ]),
    };
  }

  clicked({ target }) {
    const button = target.closest?.("button");
    if (!button) return;
    const { program, copy, copyTable, save } = button.dataset;
    if (program !== undefined) {
      this.view.program = Number(program);
      this.update();
      announce("The program below has changed.");
    }
    if (copyTable) copied(csvOfTable(document.querySelector(`#${copyTable} table`)), button);
    if (copy === "phase") copied(csvOf(["alpha", "n", "log2_odds"], this.phase.rows), button);
    if (copy === "numbers") {
      const { header, rows } = this.numbers();
      copied(csvOf(header, rows), button);
    }
    if (copy === "plane") copied(this.planeCsv(), button);
    if (copy === "command") copied(document.getElementById("command").textContent, button);
    if (save) this.charts.svg(save).then((text) => saved(text, "image/svg+xml", `${save}.svg`));
  }

  planeCsv() {
    const { model, along, view, content } = this;
    const shares = model.plane(view.p, along.weighed, along.likelihoods, along.summaries[view.p].evidence);
    const rows = model.bubbles.map(({ role, length, time }, k) => [content.roles[role], length, time, shares[k]]);
    return csvOf(["role", "length", "time", "mass"], rows);
  }
}

// Show the page: Page, or a kind of it.
export function start(Kind) {
  begun(Kind).catch((error) => {
    fill("paragraph", `This browser cannot show the page: ${error.message}`);
    throw error;
  });
}
