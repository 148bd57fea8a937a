// The page on a server: every number is asked for, and comes from the full census.

import { log2Odds } from "./logspace.js";
import { formulaOf, noiseText } from "./phrases.js";
import { element, fill } from "./elements.js";
import { ALPHAS, Phase } from "./phase.js";
import { Page, start } from "./main.js";

const SLIDERS = ["weight", "alpha", "T", "temperature"]; // Parameters of a formula that have a slider.
const GONE = "The server does not answer: it was stopped, or is not to be reached.";

// A number of JSON, where infinite and undefined ones are words.
function numberOf(value) {
  return { inf: Infinity, "-inf": -Infinity, nan: NaN }[value] ?? value;
}

function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

// The log2 odds of each share against all others.
function logits(shares) {
  return shares.map((share, k) => log2Odds(Math.log2(share), Math.log2(total(shares.filter((_, other) => other !== k)))));
}

// What the server has answered, as the page takes it from its own sums elsewhere.
class ServedAnswers {
  constructor(reply, content) {
    this.reply = reply;
    const { roles, verdicts } = content;
    this.summaries = reply.n.map((_, p) => {
      const at = (values) => numberOf(values[p]);
      const byRole = roles.map((role) => at(reply.mass[role]));
      const byBoth = roles.map((role) => verdicts.map((verdict) => at(reply.mass_by_verdict[role][verdict])));
      const byVerdict = verdicts.map((_, v) => total(byBoth.map((shares) => shares[v])));
      return {
        evidence: at(reply.log2_evidence),
        byRole,
        byVerdict,
        byBoth,
        sleepers: at(reply.sleepers),
        logitByRole: logits(byRole),
        logitByVerdict: logits(byVerdict),
        odds: at(reply.log2_odds),
        oddsVerdict: at(reply.log2_odds_verdict),
      };
    });
    this.programs = reply.leading.map((one) => ({ ...one, mass: numberOf(one.mass), log2Mass: numberOf(one.log2_mass) }));
    this.plane = reply.plane.map((place) => numberOf(place.at(-1)));
    this.bubbles = reply.plane.map(([role, length, time]) => ({ role, length, time }));
  }

  along() {
    const { summaries, reply } = this;
    return { summaries, losesAt: reply.loses_at, losesAtVerdict: reply.loses_at_verdict };
  }

  leading(along, p, most) {
    return { top: this.programs.slice(0, most), merged: 0, largest: 0, all: this.programs };
  }

  program(found) {
    return found;
  }

  predictions() {
    return { sums: Float64Array.from(this.reply.predictions.flat(), numberOf), merged: 0 };
  }
}

// The phase diagram, row by row: the server is free for other questions in between.
class ServedPhase extends Phase {
  // page: says what to ask, and asks it
  constructor(model, page) {
    super(model, page.contest, () => page.showPhase());
    this.page = page;
  }

  // Ask where the page stands now; what is begun for another place is given up.
  async ask() {
    const questions = this.page.hasAlpha ? ALPHAS.map((alpha) => this.page.questionAt(alpha)) : [];
    const key = JSON.stringify(questions);
    if (key === this.key) return;
    this.key = key;
    this.odds = null;
    const rows = [];
    await new Promise((resume) => setTimeout(resume, 200));
    for (const body of questions) {
      if (key !== this.key) return;
      const { reply } = await this.page.send("odds", { method: "POST", body });
      if (!reply) return;
      const along = this.contest.odds === "odds" ? reply.log2_odds : reply.log2_odds_verdict;
      rows.push(this.places.map((p) => numberOf(along[p])));
    }
    if (key !== this.key) return;
    this.odds = rows;
    this.done();
  }
}

class ServedPage extends Page {
  constructor({ content, model, programs }, charts) {
    const { n } = content.served;
    const served = Object.assign(Object.create(model), { n });
    const whole = { ...content, census: { ...content.census, n }, n_named: content.n_behaviours };
    super({ content: whole, model: served, programs }, charts);
    this.phase = new ServedPhase(served, this);
    this.token = new URLSearchParams(location.search).get("token");
    this.main = document.getElementById("answer");
    this.#addField();
    this.#addChooser();
    this.#read();
    addEventListener("hashchange", () => {
      this.#read();
      this.soon();
    });
  }

  get isTyped() {
    return this.formula.value.trim() !== "";
  }

  // What is to be asked, as the text that is sent.
  get question() {
    const { prior, p, program } = this.view;
    return JSON.stringify({ ...this.#asked(prior), n: this.content.census.n[p], program });
  }

  // Whether the alpha of the slider plays a part.
  get hasAlpha() {
    if (!this.isTyped) return true;
    return "alpha" in (this.answers.reply?.parameters ?? {}) && !("alpha" in this.typedParameters());
  }

  // The same at another alpha, for all n and no program.
  questionAt(alpha) {
    return JSON.stringify({ ...this.#asked({ ...this.view.prior, alpha }), n: 0 });
  }

  #asked(prior) {
    const noise = noiseText(this.view.noise);
    if (!this.isTyped) return { prior: formulaOf(prior, this.content.time_range[0] < 1), noise };
    const sliders = Object.fromEntries(SLIDERS.map((name) => [name, prior[name]]));
    return { prior: this.formula.value, parameters: { ...sliders, ...this.typedParameters() }, noise };
  }

  get address() {
    const typed = new URLSearchParams(this.isTyped ? { formula: this.formula.value, parameters: this.parameters.value } : {});
    return this.isTyped ? `${super.address}&${typed}` : super.address;
  }

  // Values as they are typed, such as "beta=2, gamma=0.5"; NaN where no number is.
  typedParameters() {
    const pairs = this.parameters.value.split(",").filter((pair) => pair.trim()).map((pair) => pair.split("="));
    return Object.fromEntries(pairs.map(([name, value]) => [name.trim(), value?.trim() ? Number(value) : NaN]));
  }

  update() {
    const wrong = Object.entries(this.typedParameters()).find(([, value]) => Number.isNaN(value));
    if (this.isTyped && wrong) this.#tellError(`${wrong[0]} has no number; write ${wrong[0]}=2.`);
    else if (this.question === this.answered) {
      this.#tellError("");
      super.update();
    } else this.ask();
    this.view.showFitting();
    this.#showTyped();
  }

  // Ask where the page stands; while an answer is waited for, the page may move on, and the last place counts.
  async ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    this.main.setAttribute("aria-busy", "true");
    let sent = null;
    while (sent !== this.question) {
      sent = this.question;
      const { reply, error } = await this.send("answer", { method: "POST", body: sent });
      this.#tellError(error);
      if (error) continue;
      this.answers = new ServedAnswers(reply, this.content);
      this.answered = sent;
    }
    this.isAsking = false;
    this.main.removeAttribute("aria-busy");
    if (this.answered === sent) this.update();
  }

  tell(prior, noise, p) {
    super.tell(prior, noise, p);
    const { prior: formula, parameters } = this.answers.reply;
    const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
    fill("formula", [formula, ...values].join(", "));
    const typed = values.map((value) => ` --param ${value}`).join("");
    fill("command", `mesaprior infer LOG_OR_CENSUS --prior '${formula}'${typed} --noise ${noiseText(noise)} --format json`);
  }

  showCharts(p) {
    const { plane, bubbles } = this.answers;
    Object.assign(this.model, { bubbles, plane: () => plane });
    super.showCharts(p);
  }

  showNumbers() {
    if (this.along) super.showNumbers();
  }

  clicked(event) {
    if (this.along) super.clicked(event);
  }

  ledger(program) {
    const { summaries } = this.along;
    return [
      [`prior mass of all ${this.content.noun} that do the same`, numberOf(program.log2_prior)],
      ["likelihood of the training rows", numberOf(program.log2_likelihood)],
      ["shared out among all explanations", -summaries[this.view.p].evidence],
      ["posterior mass of the behaviour", program.log2Mass],
    ];
  }

  // Take over the formula of the address; an address that says nothing is that of the start.
  #read() {
    const said = new URLSearchParams(location.hash.slice(1));
    if (!said.size) this.#reset();
    else {
      this.formula.value = said.get("formula") ?? "";
      this.parameters.value = said.get("parameters") ?? "";
    }
  }

  #reset() {
    const { formula, parameters } = this.content.served;
    this.formula.value = formula;
    this.parameters.value = Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join(", ");
  }

  #addField() {
    const field = (key, label, aside, placeholder) => {
      const input = element("input", { type: "text", id: key, maxlength: 2000, spellcheck: "false", placeholder });
      input.addEventListener("change", () => this.soon());
      const name = element("label", { for: key }, label, " ", element("span", { class: "aside" }, aside));
      return [input, element("div", { class: "control", id: `${key}-control` }, name, input)];
    };
    const { columns } = this.content.served;
    const [formula, first] = field("typed-formula", "Formula", `over ${columns.join(", ")}`, "2**-length / (1 + time)");
    const [parameters, second] = field("typed-parameters", "Its parameters", "those with a slider follow it", "beta=2");
    formula.setAttribute("aria-describedby", "formula-told");
    const told = element("p", { id: "formula-told", class: "aside", role: "status" });
    Object.assign(this, { formula, parameters });
    document.getElementById("temperature-control").parentElement.append(first, second, told);
    document.getElementById("reset").addEventListener("click", () => {
      this.#reset();
      this.update();
    });
  }

  // Show the sliders that play a part: all of them, or those whose parameters the formula has.
  #showTyped() {
    document.getElementById("typed-parameters-control").hidden = !this.isTyped;
    document.getElementById("phases").parentElement.hidden = !this.hasAlpha;
    const read = Object.keys(this.answers.reply?.parameters ?? {});
    for (const key of [...SLIDERS, "bound"]) {
      const control = document.getElementById(`${key}-control`);
      if (this.isTyped) control.hidden = !read.includes(key);
      else if (key !== "T") control.hidden = false;
    }
  }

  #tellError(error) {
    this.formula.setAttribute("aria-invalid", String(Boolean(error)));
    const stand = this.isTyped ? "This formula stands in for the sliders; empty it to use them." : "";
    // Before the first answer there is nothing else to show.
    if (error && !this.along) fill("paragraph", `Not answered: ${error}`);
    fill("formula-told", error ? `Not answered: ${error} All numbers are those of the last answer.` : stand);
  }

  // The other censuses of this log, in the header.
  async #addChooser() {
    const { census } = this.content.served;
    const { reply, error } = await this.send("censuses");
    if (error) return;
    const options = reply.map((one) => element("option", { value: one.census }, one.line));
    const chooser = element("select", { id: "census" }, ...options);
    chooser.value = census;
    chooser.addEventListener("change", () => {
      const said = new URLSearchParams(location.hash.slice(1));
      said.delete("program");
      location.assign(`/?${new URLSearchParams({ token: this.token, census: chooser.value })}#${said}`);
    });
    const label = element("label", { for: "census" }, "Census of this log: ");
    document.querySelector("header").append(element("p", {}, label, chooser));
  }

  // What the server says to a request: { reply }, or { error }, a sentence.
  async send(route, settings) {
    const query = new URLSearchParams({ token: this.token, census: this.content.served.census });
    try {
      const response = await fetch(`/${route}?${query}`, settings);
      const isData = response.headers.get("Content-Type").startsWith("application/json");
      const said = isData ? await response.json() : { error: await response.text() };
      return response.ok ? { reply: said } : { error: said.error };
    } catch {
      return { error: GONE };
    }
  }
}

start(ServedPage);
