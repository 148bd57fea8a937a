// Many people: their programs once, and of each person which programs are of one kind. A person's part of an array
// follows that of the person before.
//
// Sizes: U units of programs, K kinds and P prefixes of a person.

import { NEGLIGIBLE, exp2, log2Total, log2TotalBetween } from "./logspace.js";
import { unpacked, unpackedText } from "./payload.js";
import { log2Likelihoods } from "./noise.js";
import { Model, ROLE_OF, VERDICT_OF, chargesOf, summaryOf } from "./model.js";

const CLASSES = ROLE_OF.length;

export async function readCrowd(content) {
  const { people } = content;
  const names = Object.keys(people.crowd);
  const arrays = await Promise.all(names.map((name) => unpacked(people.crowd[name])));
  const parts = Object.fromEntries(names.map((name, place) => [name, arrays[place]]));
  parts.textIds = await unpacked(people.text_ids);
  parts.predictions = await unpacked(people.predictions);
  return new Crowd(content, parts, (await unpackedText(people.texts)).split("\n"));
}

class Crowd {
  constructor(content, parts, texts) {
    Object.assign(this, { content, parts, texts });
    this.firstRow = new Uint32Array(parts.n_rows.length + 1);
    for (let u = 0; u < parts.n_rows.length; u++) this.firstRow[u + 1] = this.firstRow[u] + parts.n_rows[u];
    this.log2Count = Float64Array.from(parts.count, Math.log2);
    this.persons = this.#cut(content.people.persons);
    this.subjects = new Map();
    this.weighed = { key: null, ofUnit: null };
  }

  // Give each person their parts of the arrays.
  #cut(persons) {
    const { parts } = this;
    const at = { links: 0, kinds: 0, tallies: 0, named: 0, predictions: 0 };
    const taken = (name, size, array) => array.subarray(at[name], at[name] + size);
    return persons.map((told) => {
      const K = told.n_kinds;
      const n = told.n ?? Array.from({ length: told.n_training + 1 }, (_, k) => k);
      const person = {
        ...told,
        n,
        kindOf: taken("links", told.n_units, parts.kind_of_unit),
        ofClass: taken("kinds", K, parts.of_class),
        named: taken("kinds", K, parts.named),
        hits: taken("tallies", (n.length - 1) * K, parts.hits),
        idle: taken("tallies", (n.length - 1) * K, parts.idle),
        textIds: taken("named", told.n_named, parts.textIds),
        predictions: taken("predictions", told.n_named * told.n_cells, parts.predictions),
      };
      person.misses = Uint32Array.from(person.hits, (hits, t) => {
        const step = Math.floor(t / K);
        return n[step + 1] - n[step] - hits - person.idle[t];
      });
      at.links += told.n_units;
      at.kinds += K;
      at.tallies += (n.length - 1) * K;
      at.named += told.n_named;
      at.predictions += told.n_named * told.n_cells;
      return person;
    });
  }

  // Content, model and programs of one person, as the page has them of the whole log.
  subject(place) {
    if (!this.subjects.has(place)) this.subjects.set(place, this.#subjectOf(this.persons[place]));
    return this.subjects.get(place);
  }

  #subjectOf(person) {
    const { content, parts, texts } = this;
    const own = {
      ...content,
      source: `${content.source}, ${person.name}`,
      asked: content.people.asked,
      n_training: person.n_training,
      n_later: person.n_later,
      counted_roles: person.counted_roles,
      n_programs: person.n_programs,
      n_behaviours: person.n_behaviours,
      n_named: person.n_named,
      merged: content.people.merged,
      situations: person.situations,
      fit: person.fit,
      census: { n: person.n },
    };
    const model = new Model(own, {
      of_class: person.ofClass,
      named: person.named,
      hits: person.hits,
      misses: person.misses,
      lengths: parts.lengths,
      times: parts.times,
      ...this.#rowsOf(person),
    });
    const programs = {
      texts: Array.from(person.textIds, (text) => texts[text]),
      predictions: person.predictions,
      nCells: person.n_cells,
    };
    return { content: own, model, programs };
  }

  // The rows of a person's kinds: those of their units, equal length and time added up.
  #rowsOf(person) {
    const { parts, firstRow } = this;
    const [L, T] = [parts.lengths.length, parts.times.length];
    const counts = new Map();
    person.kindOf.forEach((kind, u) => {
      const unit = person.first_unit + u;
      for (let r = firstRow[unit]; r < firstRow[unit + 1]; r++) {
        const code = (kind * L + parts.length_id[r]) * T + parts.time_id[r];
        counts.set(code, (counts.get(code) ?? 0) + parts.count[r]);
      }
    });
    const codes = Float64Array.from(counts.keys()).sort();
    const rows = {
      n_rows: new Uint32Array(person.n_kinds),
      length_id: new Uint32Array(codes.length),
      time_id: new Uint32Array(codes.length),
      count: new Float64Array(codes.length),
    };
    codes.forEach((code, r) => {
      rows.n_rows[Math.floor(code / (L * T))] += 1;
      rows.length_id[r] = Math.floor(code / T) % L;
      rows.time_id[r] = code % T;
      rows.count[r] = counts.get(code);
    });
    return rows;
  }

  // The log2 prior mass of each unit, not normalized.
  #weigh(prior) {
    const key = JSON.stringify(prior);
    if (this.weighed.key !== key) {
      const { parts, log2Count, firstRow } = this;
      const { ofLength, ofTime } = chargesOf(prior, parts.lengths, parts.times);
      const ofRow = Float64Array.from(log2Count, (bits, r) => bits + ofLength[parts.length_id[r]] + ofTime[parts.time_id[r]]);
      const ofUnit = Float64Array.from(parts.n_rows, (_, u) => log2TotalBetween(ofRow, firstRow[u], firstRow[u + 1]));
      this.weighed = { key, ofUnit };
    }
    return this.weighed.ofUnit;
  }

  // How a person stands after all training rows: shares, odds, and who leads.
  standing(place, prior, noise) {
    const person = this.persons[place];
    const ofKind = this.#massesOf(person, this.#weigh(prior));
    const { ofTally, tallyOf, idleOf } = this.#likelihoodsOf(person, noise);
    const idle = Math.log2(this.content.actions.length);
    const terms = Array.from({ length: CLASSES }, () => []);
    let [leader, most] = [-1, -Infinity];
    for (let k = 0; k < person.n_kinds; k++) {
      const x = ofKind[k] + ofTally[tallyOf[k]] - idleOf[k] * idle;
      terms[person.ofClass[k]].push(x);
      const isAhead = x > most || (x === most && leader >= 0 && person.named[k] < person.named[leader]);
      if (person.named[k] && x > -Infinity && isAhead) [leader, most] = [k, x];
    }
    const summary = summaryOf(Float64Array.from(terms, log2Total));
    return {
      ...summary,
      evidence: summary.evidence - log2Total(ofKind),
      leader:
        leader < 0
          ? null
          : {
              text: this.texts[person.textIds[person.named[leader] - 1]],
              mass: exp2(most - summary.evidence),
              role: ROLE_OF[person.ofClass[leader]],
              verdict: VERDICT_OF[person.ofClass[leader]],
              hits: person.total.hits[leader],
            },
    };
  }

  // The log2 prior mass of each kind of a person.
  #massesOf(person, ofUnit) {
    const peak = new Float64Array(person.n_kinds).fill(-Infinity);
    const total = new Float64Array(person.n_kinds);
    const { kindOf, first_unit: first } = person;
    for (let u = 0; u < kindOf.length; u++) peak[kindOf[u]] = Math.max(peak[kindOf[u]], ofUnit[first + u]);
    for (let u = 0; u < kindOf.length; u++) {
      const gap = ofUnit[first + u] - peak[kindOf[u]];
      if (gap > NEGLIGIBLE) total[kindOf[u]] += exp2(gap);
    }
    return peak.map((bits, k) => (bits === -Infinity ? bits : bits + Math.log2(total[k])));
  }

  // The log2 likelihood of each distinct tally of all training rows, and which of them each kind has.
  #likelihoodsOf(person, noise) {
    person.total ??= totalOf(person);
    const { tallies, tallyOf, idleOf } = person.total;
    const { actions, quadrature } = this.content;
    return { ofTally: log2Likelihoods(noise, tallies, person.n_training, actions.length, quadrature), tallyOf, idleOf };
  }
}

// Hits and misses of each kind on all training rows, and the distinct tallies by misses, then hits.
function totalOf(person) {
  const [K, side] = [person.n_kinds, person.n_training + 1];
  const [hits, misses] = [new Uint32Array(K), new Uint32Array(K)];
  person.hits.forEach((more, at) => (hits[at % K] += more));
  person.misses.forEach((more, at) => (misses[at % K] += more));
  const codes = Float64Array.from(hits, (h, k) => misses[k] * side + h);
  const distinct = [...new Set(codes)].sort((x, y) => x - y);
  const place = new Map(distinct.map((code, tally) => [code, tally]));
  return {
    hits,
    tallyOf: Uint32Array.from(codes, (code) => place.get(code)),
    idleOf: Uint32Array.from(hits, (h, k) => person.n_training - h - misses[k]),
    tallies: {
      hits: Uint32Array.from(distinct, (code) => code % side),
      misses: Uint32Array.from(distinct, (code) => Math.floor(code / side)),
    },
  };
}
