// Masses as their log2, so that nothing underflows; -Infinity is mass 0.

// Bits below the largest term at which a term is left out: 2^40 of them would not change a double.
export const NEGLIGIBLE = -120;

// Odds nearer to 0 than this share of the logarithms that they are the difference of count as 0.
const ROUNDING = 2 ** -47;

export function exp2(bits) {
  return Math.exp(bits * Math.LN2);
}

export function log2Total(values) {
  return log2TotalBetween(values, 0, values.length);
}

// The log2 of the sum of values[start], ..., values[stop - 1].
export function log2TotalBetween(values, start, stop) {
  if (stop - start === 1) return values[start];
  let peak = -Infinity;
  for (let k = start; k < stop; k++) if (values[k] > peak) peak = values[k];
  if (peak === -Infinity) return peak;
  let total = 0;
  for (let k = start; k < stop; k++) {
    const gap = values[k] - peak;
    if (gap > NEGLIGIBLE) total += exp2(gap);
  }
  return peak + Math.log2(total);
}

// The log2 odds of one mass over another: exactly 0 where they differ by no more than rounding, NaN where both are 0.
export function log2Odds(first, second) {
  const odds = first - second;
  // Of two empty sides the difference is NaN already.
  if (!Number.isFinite(odds)) return odds;
  const size = Math.max(1, Math.abs(first), Math.abs(second));
  return Math.abs(odds) <= ROUNDING * size ? 0 : odds;
}

export function shareOf(part, whole) {
  return whole === -Infinity ? NaN : exp2(part - whole);
}
