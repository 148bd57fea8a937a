// The people of a log: a strip of who leads for each of them, to choose one from, and what is told of all together.

import { bitsText, countText, formulaOf, noiseText, shareText, wholeText } from "./phrases.js";
import { announce, badge, element, fill, tableOf } from "./elements.js";

const MANY = 12; // People from which on there is a field to search them.
const WAIT = 150; // Milliseconds for which the sliders rest before everybody is worked out anew.
const AT_A_TIME = 12; // Milliseconds of work at a time.
const ARROWS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

export class People {
  constructor(page, crowd) {
    Object.assign(this, { page, crowd, chosen: null, standings: null, key: null, reached: 0 });
    this.names = crowd.persons.map((person) => person.name);
    this.strip = document.getElementById("people-strip");
    document.getElementById("people-search-control").hidden = this.names.length <= MANY;
    document.getElementById("people-search").addEventListener("input", () => this.#showStrip());
    document.getElementById("people-sort").addEventListener("change", () => this.#showStrip());
    document.getElementById("people-numbers").addEventListener("toggle", () => this.#showNumbers());
    document.getElementById("all-people").addEventListener("click", () => this.#choose(null));
    this.strip.addEventListener("click", ({ target }) => this.#clicked(target));
    this.strip.addEventListener("keydown", (event) => this.#pressed(event));
    this.#tellTogether();
    page.view.keep("person", {
      read: (name) => this.#read(name),
      write: () => (this.chosen === null ? null : this.names[this.chosen]),
    });
    page.view.read();
  }

  // Whom the address names; nobody where it names none of them.
  #read(name) {
    const place = name === null ? -1 : this.names.indexOf(name);
    return this.#turn(place < 0 ? null : place);
  }

  #turn(place) {
    if (place === this.chosen) return false;
    this.chosen = place;
    this.page.turnTo(place === null ? this.page.whole : this.crowd.subject(place));
    return true;
  }

  #choose(place) {
    if (!this.#turn(place)) return;
    this.page.update();
    announce(place === null ? "All rows are shown as one log." : `The rows of ${this.names[place]} are shown.`);
    if (place === null) this.strip.querySelector('[tabindex="0"]')?.focus();
  }

  #clicked(target) {
    const option = target.closest("[data-person]");
    if (option) this.#choose(Number(option.dataset.person));
  }

  #pressed(event) {
    const options = [...this.strip.querySelectorAll("[data-person]")];
    const at = options.indexOf(document.activeElement);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") this.#choose(Number(options[at].dataset.person));
    else if (event.key in ARROWS) {
      const next = options[Math.min(Math.max(at + ARROWS[event.key], 0), options.length - 1)];
      this.reached = Number(next.dataset.person);
      for (const option of options) option.tabIndex = option === next ? 0 : -1;
      next.focus();
    } else return;
    event.preventDefault();
  }

  // What is told whenever the page has answered: whose rows these are, and how everybody stands where sliders moved.
  follow(view) {
    const { chosen, names, crowd } = this;
    fill(
      "whose",
      chosen === null
        ? "Below, all rows are asked as one log: which program do all people share?"
        : `Below are the ${countText(crowd.persons[chosen].n_training, "training row")} of ${names[chosen]}, and no others.`,
    );
    document.getElementById("all-people").hidden = chosen === null;
    for (const option of this.strip.children) option.setAttribute("aria-selected", String(Number(option.dataset.person) === chosen));
    const key = JSON.stringify([view.prior, view.noise]);
    if (key === this.key) return;
    const isFirst = this.key === null;
    this.key = key;
    document.documentElement.dataset.people = "working";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#workOut(key, view.prior, view.noise, []), isFirst ? 0 : WAIT);
  }

  // How everybody stands, in pieces, so that the page stays at hand.
  #workOut(key, prior, noise, found) {
    if (key !== this.key) return;
    const start = performance.now();
    while (found.length < this.names.length && performance.now() - start < AT_A_TIME) {
      found.push(this.crowd.standing(found.length, prior, noise));
    }
    if (found.length < this.names.length) {
      this.timer = setTimeout(() => this.#workOut(key, prior, noise, found), 0);
      return;
    }
    this.standings = found;
    this.marks = marksOf(found);
    this.#tell();
    this.#showStrip();
    this.#showLeaders();
    this.#showNumbers();
    document.documentElement.dataset.people = "done";
  }

  #tell() {
    const { contest } = this.page;
    const odds = this.standings.map((one) => one[contest.odds]);
    const ahead = odds.filter((bits) => bits > 0).length;
    const behind = odds.filter((bits) => bits < 0).length;
    const level = odds.filter((bits) => bits === 0).length;
    const lost = odds.length - ahead - behind - level;
    const told = [`${contest.others} lead for ${wholeText(behind)} of ${countPeople(odds.length)}, ${contest.challengers} for ${wholeText(ahead)}`];
    if (level) told.push(`for ${wholeText(level)} neither do`);
    if (lost) told.push(`for ${wholeText(lost)} neither has any mass`);
    fill("people-told", `After all their training rows, ${told.join(", ")}.`);
  }

  // Places of the people who are looked for, in the order asked.
  get #shown() {
    const { names, standings } = this;
    const { contest } = this.page;
    const wanted = document.getElementById("people-search").value.trim().toLocaleLowerCase();
    const places = names.map((_, place) => place).filter((place) => names[place].toLocaleLowerCase().includes(wanted));
    const order = document.getElementById("people-sort").value;
    const rank = (place) => this.marks.get(standings[place].leader?.text)?.rank ?? Infinity;
    const odds = (place) => {
      const bits = standings[place][contest.odds];
      return Number.isNaN(bits) ? -Infinity : bits;
    };
    const mass = (place) => standings[place].leader?.mass ?? 0;
    if (order === "odds") places.sort((x, y) => compare(odds(y), odds(x)) || x - y);
    if (order === "program") places.sort((x, y) => compare(rank(x), rank(y)) || mass(y) - mass(x) || x - y);
    return places;
  }

  #showStrip() {
    if (!this.standings) return;
    const shown = this.#shown;
    const isFocused = this.strip.contains(document.activeElement);
    // One of them is reached by the Tab key, the others from there by arrows.
    if (!shown.includes(this.reached)) this.reached = shown.includes(this.chosen) ? this.chosen : shown[0];
    this.strip.replaceChildren(...shown.map((place) => this.#option(place)));
    if (isFocused) this.strip.querySelector('[tabindex="0"]')?.focus();
    fill("people-found", shown.length ? "" : "Nobody of this name.");
  }

  #option(place) {
    const { content, contest } = this.page;
    const one = this.standings[place];
    const kind = content.has_lesions ? "role" : "verdict";
    const names = content.has_lesions ? content.roles : content.verdicts;
    const parts = [element("span", { class: "who" }, this.names[place])];
    if (one.leader) {
      const code = one.leader[kind];
      parts.push(
        element("span", { class: "leads" }, badge(kind, code, names[code]), element("span", { class: "odds" }, bitsText(one[contest.odds]))),
        element("span", { class: "program-led" }, `${this.marks.get(one.leader.text).mark} `, element("code", {}, one.leader.text)),
        barOf(kind, one[contest.shares]),
      );
    } else parts.push(element("span", { class: "odds" }, "no program is left"));
    return element(
      "div",
      {
        role: "option",
        class: "person",
        "data-person": place,
        "aria-selected": String(place === this.chosen),
        tabindex: place === this.reached ? "0" : "-1",
      },
      ...parts,
    );
  }

  // The programs that lead, by the marks that the strip has for them.
  #showLeaders() {
    const { content } = this.page;
    const kind = content.has_lesions ? "role" : "verdict";
    const names = content.has_lesions ? content.roles : content.verdicts;
    const rows = [...this.marks].map(([text, { mark, n, codes }]) => ({
      cells: [
        { text: mark },
        { text: wholeText(n), value: n },
        { text: [...codes[kind]].map((code) => names[code]).join(", ") },
        { text, shown: element("code", {}, text) },
      ],
    }));
    fill(
      "people-leaders",
      tableOf("Programs that lead, by the letters of the strip", [{ name: "letter" }, { name: "people", isNumber: true }, { name: kind }, { name: "program" }], rows, {
        id: "people-leaders-table",
      }),
    );
  }

  // All people in numbers; made only where they are looked at.
  #showNumbers() {
    if (!this.standings || !document.getElementById("people-numbers").open) return;
    const { content } = this.page;
    const columns = [
      { name: "name" },
      ...["rows", "log2_odds", "log2_odds_verdict", "log2_evidence", ...content.roles, ...content.verdicts, "mass", "hits"].map((name) => ({ name, isNumber: true })),
      ...["role", "verdict", "program"].map((name) => ({ name })),
    ];
    const bits = (value) => ({ text: bitsText(value), value });
    const share = (value) => ({ text: shareText(value), value });
    const whole = (value) => ({ text: wholeText(value), value });
    const rows = this.standings.map((one, place) => {
      const { leader } = one;
      return {
        cells: [
          { text: this.names[place] },
          whole(this.crowd.persons[place].n_training),
          ...[one.odds, one.oddsVerdict, one.evidence].map(bits),
          ...[...one.byRole, ...one.byVerdict].map(share),
          ...(leader ? [share(leader.mass), whole(leader.hits)] : [{ text: "" }, { text: "" }]),
          ...(leader ? [content.roles[leader.role], content.verdicts[leader.verdict], leader.text] : ["", "", "none is left"]).map((text) => ({ text })),
        ],
      };
    });
    fill("people-table", tableOf("Each person after all training rows", columns, rows, { id: "everybody" }));
  }

  // What is told of all people together: it was worked out when the page was written.
  #tellTogether() {
    const { content } = this.page.whole;
    const { frequencies, shared, summary, left_out } = content.people;
    const { prior, noise } = content.start;
    const parts = [
      element("p", {}, summary),
      element(
        "p",
        { class: "aside" },
        "Sliders do not move what is told here. The frequencies are those under the prior and the noise that the page was written " +
          `with, ${formulaOf(prior, content.time_range[0] < 1)} and ${noiseText(noise)}; the shared programs rest on the noise alone.`,
      ),
    ];
    if (frequencies) {
      const columns = ["expected", "exceedance", "protected"];
      parts.push(
        tableOf(
          "How frequent the roles are",
          [{ name: "role" }, ...columns.map((name) => ({ name, isNumber: true }))],
          frequencies.roles.map((role, k) => ({
            cells: [
              { text: role, shown: badge("role", content.roles.indexOf(role), role) },
              ...columns.map((name) => ({ text: shareText(Number(frequencies[name][k])), value: frequencies[name][k] })),
            ],
          })),
        ),
      );
    }
    if (shared?.length) {
      parts.push(
        tableOf(
          "Which programs the people share",
          [
            ...["share", "people"].map((name) => ({ name, isNumber: true })),
            ...(content.has_lesions ? [{ name: "role" }] : []),
            { name: "bits", isNumber: true },
            { name: "program" },
          ],
          shared.map((one) => ({
            cells: [
              { text: shareText(one.share), value: one.share },
              { text: wholeText(one.n_people), value: one.n_people },
              ...(content.has_lesions ? [{ text: content.roles[one.role], shown: badge("role", one.role, content.roles[one.role]) }] : []),
              { text: wholeText(one.length), value: one.length },
              { text: one.program, shown: element("code", {}, one.program) },
            ],
          })),
        ),
      );
    }
    if (left_out.length) parts.push(element("p", {}, `Left out, for want of a training row: ${left_out.join(", ")}.`));
    fill("people-together", ...parts);
  }
}

// A letter for each program that leads, by how many people it leads for.
function marksOf(standings) {
  const found = new Map();
  for (const { leader } of standings) {
    if (!leader) continue;
    if (!found.has(leader.text)) found.set(leader.text, { n: 0, codes: { role: new Set(), verdict: new Set() } });
    const one = found.get(leader.text);
    one.n += 1;
    one.codes.role.add(leader.role);
    one.codes.verdict.add(leader.verdict);
  }
  const sorted = [...found].sort(([, x], [, y]) => y.n - x.n);
  return new Map(sorted.map(([text, one], rank) => [text, { ...one, rank, mark: letters(rank) }]));
}

// A, B, ..., Z, AA, AB, ...
function letters(rank) {
  const last = String.fromCharCode(65 + (rank % 26));
  return rank < 26 ? last : letters(Math.floor(rank / 26) - 1) + last;
}

// The shares of a person as a bar; the words beside it say which of them leads.
function barOf(kind, shares) {
  const parts = shares.map((share, code) => element("span", { class: `${kind}-${code}`, style: `flex-grow: ${Number.isNaN(share) ? 0 : share}` }));
  return element("span", { class: "bar", "aria-hidden": "true" }, ...parts);
}

function compare(x, y) {
  return x === y ? 0 : x < y ? -1 : 1;
}

function countPeople(n) {
  return n === 1 ? "1 person" : `${wholeText(n)} people`;
}
