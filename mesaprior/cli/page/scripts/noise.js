// How likely tallies of hits and misses are, with the share of misses cut off at that of chance, c = (A - 1)/A.
//
// Everything follows the program's own formulas. The likelihood under a Beta density rests on the cut ratio
// R(p, q) = B(c; p, q) / (c^p (1 - c)^q), which is integrated by the rule of Gauss and Legendre.

import { exp2 } from "./logspace.js";

const FALL = 40; // By how many nats an integrand has fallen where its integral is cut off.
const SMOOTH = 32; // Multiples of so many misses are integrated for; what lies between follows from the next one above.
const UNFELT = 56 * Math.LN2; // Nats from which on the mass above the cut does not change a double.
const FAR = 512; // Hits between two tallies of a column from which on a new integral costs less than the steps between.

// log(1 + v) - v for v in (-1, 0], without cancellation.
function log1pLess(v) {
  if (v < -0.5) return Math.log1p(v) - v;
  const r = v / (2 + v);
  const square = r * r;
  let total = 0;
  let power = 1;
  for (let k = 3; power > 1e-17 * k * total; k += 2) {
    total += power / k;
    power *= square;
  }
  return r * (2 * square * total - v);
}

// exp(x) - 1 - x for x from 0 upwards, without cancellation.
function expm1Less(x) {
  if (x > 1) return Math.expm1(x) - x;
  let total = 0;
  let term = 0.5 * x * x;
  for (let k = 3; term > 1e-17 * total; k++) {
    total += term;
    term *= x / k;
  }
  return total;
}

function exponentAt(x, p, odds, tilt) {
  const w = odds * Math.expm1(x);
  return w >= 1 ? -Infinity : tilt * x + (p - 1) * (log1pLess(-w) - odds * expm1Less(x));
}

// R(p, q) for the cut 1/(1 + odds), p from SMOOTH upwards, as a factor and a power of e.
function integralOf(p, q, odds, tilt, rule) {
  const end = Math.log1p(1 / odds);
  const mode = tilt > 0 ? Math.min(Math.log1p(tilt / (odds * (p - 1 + q))), end) : 0;
  const slope = Math.max(-tilt, 0);
  const room = 1 + odds - odds * Math.exp(mode);
  const bend = ((p - 1) * odds * (1 + odds) * Math.exp(mode)) / (room * room);
  const high = Math.min(end, mode + (2 * FALL) / (slope + Math.sqrt(slope * slope + 2 * FALL * bend)));
  const top = exponentAt(mode, p, odds, tilt);
  let left = Math.sqrt((2 * FALL) / bend);
  while (mode > left && top - exponentAt(mode - left, p, odds, tilt) < FALL) left *= 1.25;
  const low = Math.max(0, mode - left);
  const half = 0.5 * (high - low);
  const middle = 0.5 * (high + low);
  let total = 0;
  for (let i = 0; i < rule.nodes.length; i++) {
    total += rule.weights[i] * Math.exp(exponentAt(middle + half * rule.nodes[i], p, odds, tilt) - top);
  }
  return [(1 + odds) * half * total, top];
}

// R(a + m, b + h) as a factor and a power of e, and R(a + m + 1, b + h) over it.
function cutRatio(density, hits, misses) {
  const above = SMOOTH * (Math.floor(misses / SMOOTH) + 1);
  const { a, b, actions, rule } = density;
  const p = a + misses;
  const q = b + hits;
  const others = actions - 1;
  const tilt = density.tilt + (others * hits - above) / others;
  let [ratio, power] = integralOf(a + above, q, 1 / others, tilt, rule);
  const one = Math.exp(-power);
  let next = ratio;
  for (let k = above - misses - 1; k >= 0; k--) {
    next = ratio;
    ratio = ((((p + k + q) * others) / actions) * ratio + one) / (p + k);
  }
  return [ratio, power, next / ratio];
}

function log2CutRatio(density, hits, misses) {
  const [ratio, power] = cutRatio(density, hits, misses);
  return Math.log2(ratio) + power / Math.LN2;
}

// log2 of the mass that Beta(a, b) has below the cut.
function log2MassBelow(density) {
  const { a, b, actions, rule } = density;
  const others = actions - 1;
  let [above, power] = integralOf(b + SMOOTH, a, others, a - (b + SMOOTH - 1) * others, rule);
  const one = Math.exp(-power);
  for (let k = SMOOTH - 1; k >= 0; k--) above = (((a + b + k) / actions) * above + one) / (b + k);
  const gap = Math.log2(above) + power / Math.LN2 - density.log2Ratio;
  return -(Math.max(gap, 0) + Math.log1p(exp2(-Math.abs(gap))) / Math.LN2);
}

function densityOf(a, b, actions, rule) {
  const density = { a, b, actions, rule, tilt: b - (a - 1) / (actions - 1), log2Ratio: 0 };
  density.log2Ratio = log2CutRatio(density, 0, 0);
  return density;
}

// Least misses among so many scored rows at which the cut may be felt, by an inequality of Bernstein.
function feltFrom(a, b, actions, scored) {
  const c = (actions - 1) / actions;
  const rows = a + b + scored;
  const short = UNFELT / 3 + Math.sqrt((UNFELT / 3) ** 2 + 2 * UNFELT * c * (1 - c) * rows);
  const most = Math.floor(c * (rows - 2) - short - a);
  return Math.min(Math.max(most + 1, 0), scored + 1);
}

// log2 of the products of start/unit, (start + 1)/unit, ... by their number 0..n; the sum is compensated.
function log2Rising(start, unit, n) {
  const table = new Float64Array(n + 1);
  let total = 0;
  let carry = 0;
  for (let k = 0; k < n; k++) {
    const term = Math.log2((start + k) / unit) - carry;
    const next = total + term;
    carry = next - total - term;
    total = next;
    table[k + 1] = total;
  }
  return table;
}

// The log2 likelihoods of tallies.
//
// noise: { kind: "fixed", eps } or { kind: "beta", a, b }
// tallies: { hits, misses }, sorted by misses, then hits
export function log2Likelihoods(noise, tallies, nTraining, actions, rule) {
  return noise.kind === "fixed"
    ? underKnownRate(noise.eps, tallies, actions)
    : underBeta(noise.a, noise.b, tallies, nTraining, actions, rule);
}

function underKnownRate(eps, { hits, misses }, actions) {
  const hit = Math.log2(1 - eps);
  const miss = Math.log2(eps) - Math.log2(actions - 1);
  return Float64Array.from(hits, (h, k) => h * hit + (misses[k] ? misses[k] * miss : 0));
}

function underBeta(a, b, { hits, misses }, nTraining, actions, rule) {
  const density = densityOf(a, b, actions, rule);
  const unit = 2 ** Math.floor(Math.log2(a + b + nTraining));
  const ofHits = log2Rising(b, unit, nTraining);
  const ofMisses = log2Rising(a, unit * (actions - 1), nTraining);
  const ofScored = log2Rising(a + b, unit, nTraining);
  const below = feltFrom(a, b, actions, 0) ? 0 : log2MassBelow(density);
  const found = new Float64Array(hits.length);
  let last = { misses: -1, hits: 0, ratio: 0 };
  for (let k = 0; k < hits.length; k++) {
    const [h, m] = [hits[k], misses[k]];
    if (h + m === 0) continue;
    if (m < feltFrom(a, b, actions, h + m)) {
      found[k] = ofHits[h] + ofMisses[m] - ofScored[h + m] - below;
      continue;
    }
    last = alongColumn(density, last, h, m);
    found[k] = Math.log2(last.ratio) - density.log2Ratio - (h + m) * Math.log2(actions);
  }
  return found;
}

// The cut ratio of a tally, from that of one with as many misses and fewer hits: all terms are positive.
function alongColumn(density, last, hits, misses) {
  const { a, b, actions } = density;
  if (last.misses !== misses || hits - last.hits > FAR) {
    const [ratio, power] = cutRatio(density, hits, misses);
    return { misses, hits, ratio: ratio * Math.exp(power) };
  }
  let ratio = last.ratio;
  for (let h = last.hits; h < hits; h++) ratio = (actions * ((b + h) * ratio + 1)) / (a + misses + b + h);
  return { misses, hits, ratio };
}

// The share of misses to expect of the next row after some tallies; at most c.
export function missRate(noise, hits, misses, actions, rule) {
  if (noise.kind === "fixed") return noise.eps;
  const { a, b } = noise;
  if (misses < feltFrom(a, b, actions, hits + misses)) return (a + misses) / (a + b + hits + misses);
  const [, , growth] = cutRatio(densityOf(a, b, actions, rule), hits, misses);
  return ((actions - 1) / actions) * Math.min(growth, 1);
}
