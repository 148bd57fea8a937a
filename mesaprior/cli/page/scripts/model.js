// The reduced census, and all sums over it: prior masses, posterior masses at every training prefix, predictions.
//
// Sizes: P prefixes, K kinds, R rows, C = 32 classes. A class is role * 8 + verdict * 2 + (1 for a sleeper).

import { NEGLIGIBLE, exp2, log2Total, log2TotalBetween, log2Odds, shareOf } from "./logspace.js";
import { unpacked } from "./payload.js";
import { log2Likelihoods } from "./noise.js";

const N_CLASSES = 32;
export const ROLE_OF = Array.from({ length: N_CLASSES }, (_, code) => code >> 3);
export const VERDICT_OF = Array.from({ length: N_CLASSES }, (_, code) => (code >> 1) & 3);
const IS_SLEEPER = Array.from({ length: N_CLASSES }, (_, code) => code & 1);
const [FAITHFUL, DEFECTING] = [0, 1];

// log2 of a share that no bubble shows.
const UNSEEN = -60;

// Steps of log2 time in which programs are drawn together.
const TIME_STEP = 0.5;

export async function readModel(content) {
  const names = ["of_class", "named", "hits", "misses", "n_rows", "lengths", "times", "length_id", "time_id", "count"];
  const arrays = await Promise.all(names.map((name) => unpacked(content.census[name])));
  const parts = Object.fromEntries(names.map((name, place) => [name, arrays[place]]));
  return new Model(content, parts);
}

// What each length and each time takes off the log2 weight of a program.
export function chargesOf(prior, lengths, times) {
  const ofTime = Float64Array.from(times, (time) => {
    if (prior.bound === "hard" && time > prior.T) return -Infinity;
    const soft = prior.bound === "soft" ? time / prior.T : 0;
    return -(prior.alpha * Math.log2(Math.max(time, 1)) + soft) / prior.temperature;
  });
  return { ofLength: Float64Array.from(lengths, (length) => (-prior.weight * length) / prior.temperature), ofTime };
}

export class Model {
  constructor(content, parts) {
    this.n = content.census.n;
    this.nTraining = content.n_training;
    this.actions = content.actions.length;
    this.rule = content.quadrature;
    this.ofClass = parts.of_class;
    this.named = parts.named;
    this.K = parts.of_class.length;
    this.lengths = parts.lengths;
    this.times = parts.times;
    this.lengthOf = parts.length_id;
    this.timeOf = parts.time_id;
    this.log2Count = Float64Array.from(parts.count, Math.log2);
    this.firstRow = new Uint32Array(this.K + 1);
    for (let k = 0; k < this.K; k++) this.firstRow[k + 1] = this.firstRow[k] + parts.n_rows[k];
    this.kindOfNamed = new Uint32Array(content.n_named);
    for (let k = 0; k < this.K; k++) if (this.named[k]) this.kindOfNamed[this.named[k] - 1] = k;
    this.#addUp(parts.hits, parts.misses);
    this.#drawTogether();
  }

  // Number the distinct tallies of scored rows, and say which of them each kind has at each prefix.
  #addUp(hitsBetween, missesBetween) {
    const [K, P, side] = [this.K, this.n.length, this.nTraining + 1];
    this.tallyAt = new Uint32Array(K * P);
    this.idleAt = new Uint32Array(K * P);
    const codes = new Float64Array(K * P);
    const [hits, misses] = [new Uint32Array(K), new Uint32Array(K)];
    for (let p = 0; p < P; p++) {
      for (let k = 0; k < K; k++) {
        if (p) {
          hits[k] += hitsBetween[(p - 1) * K + k];
          misses[k] += missesBetween[(p - 1) * K + k];
        }
        codes[p * K + k] = misses[k] * side + hits[k];
        this.idleAt[p * K + k] = this.n[p] - hits[k] - misses[k];
      }
    }
    const distinct = [...new Set(codes)].sort((x, y) => x - y);
    const place = new Map(distinct.map((code, tally) => [code, tally]));
    codes.forEach((code, at) => (this.tallyAt[at] = place.get(code)));
    this.tallies = {
      hits: Uint32Array.from(distinct, (code) => code % side),
      misses: Uint32Array.from(distinct, (code) => Math.floor(code / side)),
    };
    this.abstains = this.idleAt.some((idle) => idle > 0);
  }

  // Number the bubbles of the plane of lengths and times: one for each role, length and step of log2 time.
  #drawTogether() {
    const places = new Map();
    this.bubbles = [];
    this.bubbleOf = new Uint32Array(this.log2Count.length);
    for (let k = 0; k < this.K; k++) {
      const role = ROLE_OF[this.ofClass[k]];
      for (let r = this.firstRow[k]; r < this.firstRow[k + 1]; r++) {
        const step = Math.round(Math.log2(Math.max(this.times[this.timeOf[r]], 1)) / TIME_STEP);
        const code = `${role} ${this.lengthOf[r]} ${step}`;
        if (!places.has(code)) {
          places.set(code, this.bubbles.length);
          this.bubbles.push({ role, length: this.lengths[this.lengthOf[r]], time: 2 ** (step * TIME_STEP) });
        }
        this.bubbleOf[r] = places.get(code);
      }
    }
  }

  charges(prior) {
    return chargesOf(prior, this.lengths, this.times);
  }

  // The log2 prior mass of each kind, not normalized, and that of each row.
  weigh(prior) {
    const { ofLength, ofTime } = this.charges(prior);
    const { lengthOf, timeOf, log2Count, firstRow } = this;
    const ofRow = new Float64Array(log2Count.length);
    for (let r = 0; r < ofRow.length; r++) ofRow[r] = log2Count[r] + ofLength[lengthOf[r]] + ofTime[timeOf[r]];
    const ofKind = new Float64Array(this.K);
    for (let k = 0; k < this.K; k++) ofKind[k] = log2TotalBetween(ofRow, firstRow[k], firstRow[k + 1]);
    return { ofRow, ofKind };
  }

  likelihoods(noise) {
    return log2Likelihoods(noise, this.tallies, this.nTraining, this.actions, this.rule);
  }

  // The log2 likelihood of the first n[p] rows under a kind.
  likelihoodOf(k, p, likelihoods) {
    const at = p * this.K + k;
    return likelihoods[this.tallyAt[at]] - this.idleAt[at] * Math.log2(this.actions);
  }

  // The log2 masses by class at a prefix, Float64Array of 32.
  massesAt(p, ofKind, likelihoods) {
    const peak = new Float64Array(N_CLASSES).fill(-Infinity);
    const total = new Float64Array(N_CLASSES);
    const { K, ofClass, tallyAt, idleAt, abstains } = this;
    const idle = Math.log2(this.actions);
    for (let k = 0, at = p * K; k < K; k++, at++) {
      let x = ofKind[k] + likelihoods[tallyAt[at]];
      if (abstains) x -= idleAt[at] * idle;
      const c = ofClass[k];
      const gap = x - peak[c];
      if (gap > 0) {
        total[c] = total[c] * exp2(-gap) + 1;
        peak[c] = x;
      } else if (gap > NEGLIGIBLE) total[c] += exp2(gap);
    }
    return peak.map((bits, c) => (total[c] > 0 ? bits + Math.log2(total[c]) : -Infinity));
  }

  // The share of each bubble at a prefix.
  plane(p, { ofRow, ofKind }, likelihoods, evidence) {
    const shares = new Float64Array(this.bubbles.length);
    for (let k = 0; k < this.K; k++) {
      const fit = this.likelihoodOf(k, p, likelihoods) - evidence;
      if (ofKind[k] + fit < UNSEEN) continue;
      for (let r = this.firstRow[k]; r < this.firstRow[k + 1]; r++) {
        const x = ofRow[r] + fit;
        if (x > UNSEEN) shares[this.bubbleOf[r]] += exp2(x);
      }
    }
    return shares;
  }
}

// What 32 masses say: shares by role and verdict, odds and evidence.
export function summaryOf(masses) {
  const sum = (has) => log2Total(masses.filter((_, code) => has(code)));
  const whole = sum(() => true);
  const part = (has) => shareOf(sum(has), whole);
  const four = [0, 1, 2, 3];
  return {
    evidence: whole,
    byRole: four.map((role) => part((code) => ROLE_OF[code] === role)),
    byVerdict: four.map((verdict) => part((code) => VERDICT_OF[code] === verdict)),
    byBoth: four.map((role) => four.map((v) => part((code) => ROLE_OF[code] === role && VERDICT_OF[code] === v))),
    sleepers: part((code) => IS_SLEEPER[code] === 1),
    logitByRole: four.map((role) => log2Odds(sum((code) => ROLE_OF[code] === role), sum((code) => ROLE_OF[code] !== role))),
    logitByVerdict: four.map((v) => log2Odds(sum((code) => VERDICT_OF[code] === v), sum((code) => VERDICT_OF[code] !== v))),
    odds: log2Odds(sum((code) => ROLE_OF[code] > 0), sum((code) => ROLE_OF[code] === 0)),
    oddsVerdict: log2Odds(sum((code) => VERDICT_OF[code] === DEFECTING), sum((code) => VERDICT_OF[code] === FAITHFUL)),
  };
}

// The least prefix with odds above 0 there and at every later one, by its place; null where there is none.
export function losesAt(odds) {
  let first = odds.length;
  while (first > 0 && odds[first - 1] > 0) first--;
  return first < odds.length ? first : null;
}
