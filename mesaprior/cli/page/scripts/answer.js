// The answer to where the sliders stand: everything that is told, worked out as far as what moved asks for.

import { NEGLIGIBLE, exp2 } from "./logspace.js";
import { missRate } from "./noise.js";
import { ROLE_OF, VERDICT_OF, summaryOf, losesAt } from "./model.js";

const LEAST_SHARE = 1e-25; // Behaviours of less mass change no probability that a double tells.

export class Answers {
  constructor(model, programs) {
    this.model = model;
    this.programs = programs;
    this.kept = new Map();
  }

  // A value of a name, worked out again only where what it depends on has changed.
  #once(name, dependsOn, make) {
    const key = JSON.stringify(dependsOn);
    if (this.kept.get(name)?.key !== key) this.kept.set(name, { key, value: make() });
    return this.kept.get(name).value;
  }

  // The number of training rows at a prefix; null where there is none.
  #rowsAt(place) {
    return place === null ? null : this.model.n[place];
  }

  along({ prior, noise }) {
    const { model } = this;
    const weighed = this.#once("weighed", prior, () => model.weigh(prior));
    const likelihoods = this.#once("likelihoods", noise, () => model.likelihoods(noise));
    const summaries = this.#once("summaries", [prior, noise], () =>
      model.n.map((_, p) => summaryOf(model.massesAt(p, weighed.ofKind, likelihoods))),
    );
    return {
      weighed,
      likelihoods,
      summaries,
      losesAt: this.#rowsAt(losesAt(summaries.map((one) => one.odds))),
      losesAtVerdict: this.#rowsAt(losesAt(summaries.map((one) => one.oddsVerdict))),
    };
  }

  // The leading programs at a prefix, and the mass of what is merged.
  leading(along, p, most) {
    const { model, programs } = this;
    const { evidence } = along.summaries[p];
    const found = [];
    let [merged, largest] = [0, 0];
    for (let k = 0; k < model.K; k++) {
      const mass = along.weighed.ofKind[k] + model.likelihoodOf(k, p, along.likelihoods) - evidence;
      if (model.named[k]) found.push({ place: model.named[k] - 1, kind: k, mass });
      else if (mass > NEGLIGIBLE) {
        merged += exp2(mass);
        largest = Math.max(largest, exp2(mass));
      }
    }
    found.sort((x, y) => y.mass - x.mass || x.place - y.place);
    return { top: found.slice(0, most).map((one) => this.program(one, p)), merged, largest, all: found };
  }

  program({ place, kind, mass }, p) {
    const { model, programs } = this;
    const [length, time] = this.shortest(kind);
    const tally = model.tallyAt[p * model.K + kind];
    return {
      place,
      kind,
      mass: exp2(mass),
      log2Mass: mass,
      text: programs.texts[place],
      role: ROLE_OF[model.ofClass[kind]],
      verdict: VERDICT_OF[model.ofClass[kind]],
      hits: model.tallies.hits[tally],
      misses: model.tallies.misses[tally],
      length,
      time,
      predictions: programs.predictions.subarray(place * programs.nCells, (place + 1) * programs.nCells),
    };
  }

  // Length and time of the program that is shown for a behaviour: of least time among the shortest.
  shortest(kind) {
    const { model } = this;
    const first = model.firstRow[kind];
    return [model.lengths[model.lengthOf[first]], model.times[model.timeOf[first]]];
  }

  // Probabilities by cell and action at a prefix, at least, and the share of what is merged, which may be added to any.
  //
  // leading: what `leading` gives at that prefix
  predictions({ all, merged }, p, noise) {
    const { model, programs } = this;
    const A = model.actions;
    const nCells = programs.nCells;
    const sums = new Float64Array(nCells * A);
    const rates = new Map();
    for (const { place, kind, mass } of all) {
      const share = exp2(mass);
      if (share < LEAST_SHARE) break;
      const tally = model.tallyAt[p * model.K + kind];
      if (!rates.has(tally)) {
        rates.set(tally, missRate(noise, model.tallies.hits[tally], model.tallies.misses[tally], A, model.rule));
      }
      const miss = rates.get(tally);
      for (let cell = 0; cell < nCells; cell++) {
        const predicted = programs.predictions[place * nCells + cell] - 1;
        for (let action = 0; action < A; action++) {
          const chance = predicted < 0 ? 1 / A : predicted === action ? 1 - miss : miss / (A - 1);
          sums[cell * A + action] += share * chance;
        }
      }
    }
    return { sums, merged };
  }
}
