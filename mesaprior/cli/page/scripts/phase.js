// The phase diagram: odds over alpha and n, worked out in pieces so that the page stays at hand.

import { summaryOf } from "./model.js";

const STEPS = [-16, -8, -4, -1, 0, 1, 4, 8, 16]; // Odds in bits at which colours change.
const DEEP = 8; // Odds in bits from which on colours are so deep that a light sign is read better.
export const ALPHAS = Array.from({ length: 33 }, (_, k) => k / 4);
const MOST_PLACES = 33; // Numbers of training rows that are looked at.
const SLICE = 10; // Milliseconds of work at a time.

export class Phase {
  constructor(model, contest, done) {
    this.model = model;
    this.contest = contest;
    this.done = done;
    this.key = null;
    this.odds = null;
    const P = model.n.length;
    const size = Math.min(P, MOST_PLACES);
    this.places = [...new Set(Array.from({ length: size }, (_, k) => Math.round((k * (P - 1)) / Math.max(size - 1, 1))))];
  }

  // Work out the odds under a prior whose alpha is left open; what is begun for another one is given up.
  ask(prior, noise, likelihoods) {
    const key = JSON.stringify([{ ...prior, alpha: 0 }, noise]);
    if (key === this.key) return;
    this.key = key;
    this.odds = null;
    this.#go(key, prior, likelihoods, []);
  }

  // Give up what is begun.
  leave() {
    if (!this.odds) this.key = null;
  }

  #go(key, prior, likelihoods, rows) {
    setTimeout(() => {
      const start = performance.now();
      while (rows.length < ALPHAS.length && performance.now() - start < SLICE) {
        if (key !== this.key) return;
        const { ofKind } = this.model.weigh({ ...prior, alpha: ALPHAS[rows.length] });
        rows.push(this.places.map((p) => summaryOf(this.model.massesAt(p, ofKind, likelihoods))[this.contest.odds]));
      }
      if (key !== this.key) return;
      if (rows.length < ALPHAS.length) this.#go(key, prior, likelihoods, rows);
      else {
        this.odds = rows;
        this.done();
      }
    }, rows.length ? 0 : 200);
  }

  data(alpha, p) {
    const here = [{ n: this.model.n[p], alpha: Math.min(alpha, ALPHAS.at(-1)) }];
    if (!this.odds) return { cells: [], marks: [], here };
    const n = this.places.map((place) => this.model.n[place]);
    const edges = [n[0] - 0.5, ...n.slice(1).map((one, k) => (one + n[k]) / 2), n.at(-1) + 0.5];
    const half = (ALPHAS[1] - ALPHAS[0]) / 2;
    const cells = [];
    const marks = [];
    this.odds.forEach((row, a) =>
      row.forEach((odds, k) => {
        if (Number.isNaN(odds)) return;
        const step = STEPS.filter((bits) => odds > bits).length;
        const place = { alpha: ALPHAS[a] - half, alpha2: ALPHAS[a] + half, n: edges[k], n2: edges[k + 1] };
        cells.push({ ...place, step });
        // A sign here and there tells who leads without the colours.
        if (a % 4 === 2 && k % Math.ceil(n.length / 8) === 0) {
          const sign = odds > 0 ? "+" : odds < 0 ? "\u2212" : "0";
          marks.push({ n: n[k], alpha: ALPHAS[a], sign, ink: Math.abs(odds) > DEEP ? "#ffffff" : "#1a1a1a" });
        }
      }),
    );
    return { cells, marks, here };
  }

  get rows() {
    return (this.odds ?? []).flatMap((row, a) => row.map((odds, k) => [ALPHAS[a], this.model.n[this.places[k]], odds]));
  }
}
