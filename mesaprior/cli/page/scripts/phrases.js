// Numbers and sentences as a person reads them.

export function shareText(share) {
  if (Number.isNaN(share)) return "-";
  const percent = 100 * share;
  if (percent === 0) return "0 %";
  if (percent < 0.01) return "<0.01 %";
  if (1 - share <= 2 ** -50) return "100 %";
  if (percent > 99.99) return ">99.99 %";
  if (percent > 99.9) return `${percent.toFixed(2)} %`;
  return `${Number(percent.toPrecision(3))} %`;
}

export function bitsText(bits) {
  if (Number.isNaN(bits)) return "-";
  if (!Number.isFinite(bits)) return bits > 0 ? "inf" : "-inf";
  return `${bits > 0 ? "+" : ""}${bits.toFixed(2)}`;
}

export function wholeText(number) {
  return Number(number).toLocaleString("en-US");
}

export function countText(number, noun) {
  return `${wholeText(number)} ${noun}${Number(number) === 1 ? "" : "s"}`;
}

// A number that reads back as itself, as `infer --format json` writes those that are not finite.
export function exactText(value) {
  if (typeof value !== "number") return String(value);
  return Number.isNaN(value) ? "nan" : Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

export function oddsText(bits, challengers, others) {
  if (Number.isNaN(bits)) return `neither ${challengers} nor ${others} have any mass`;
  if (!Number.isFinite(bits)) return `only ${bits > 0 ? challengers : others} have any mass`;
  if (Math.abs(bits) < 0.005) return `${challengers} and ${others} are level`;
  const [ahead, behind] = bits > 0 ? [challengers, others] : [others, challengers];
  const size = Math.abs(bits);
  const ratio = size >= 40 ? `2^${size.toFixed(0)}` : size > 7 ? wholeText((2 ** size).toFixed(0)) : (2 ** size).toPrecision(3);
  return `${ahead} lead ${behind} by ${size.toFixed(2)} bits (${ratio} to 1)`;
}

// The prior as a formula that the command line takes.
export function formulaOf(prior, hasTimeZero) {
  const time = hasTimeZero ? "Max(time, 1)" : "time";
  const charges = [];
  if (prior.weight) charges.push(prior.weight === 1 ? "length" : `${prior.weight}*length`);
  if (prior.alpha) charges.push(`${prior.alpha === 1 ? "" : `${prior.alpha}*`}log2(${time})`);
  if (prior.bound === "soft") charges.push(`time/${prior.T}`);
  const sum = charges.join(" + ") || "0";
  const power = prior.temperature === 1 ? sum : `(${sum})/${prior.temperature}`;
  const weight = power === "0" ? "1" : power === "length" ? "2**-length" : `2**(-(${power}))`;
  return prior.bound === "hard" ? `Piecewise((${weight}, time <= ${prior.T}), (0, True))` : weight;
}

export function noiseText(noise) {
  return noise.kind === "fixed" ? String(noise.eps) : `beta:${noise.a},${noise.b}`;
}

// What the sliders say, in a paragraph: an array of sentences.
export function paragraphOf(content, along, p, leader) {
  const here = along.summaries[p];
  const before = along.summaries[0];
  const n = content.census.n[p];
  const rows = `after ${wholeText(n)} of ${countText(content.n_training, "training row")}`;
  if (here.evidence === -Infinity) return [`No program is left ${rows}: every one of them was ruled out.`];
  const contest = contestOf(content);
  const parts = contest.names.map((name, k) => [name, here[contest.shares][k]]).filter(([, share]) => share > 0);
  parts.sort((x, y) => y[1] - x[1]);
  const told = parts.map(([name, share]) => `${plural(name, content.noun)} ${shareText(share)}`).join(", ");
  const sentences = [
    `${n ? `${rows[0].toUpperCase()}${rows.slice(1)}` : "Before any training row"}, posterior mass is: ${told}.`,
    `${capital(oddsText(here[contest.odds], contest.challengers, contest.others))}.`,
  ];
  const gained = here[contest.odds] - before[contest.odds];
  if (n && Number.isFinite(gained)) {
    sentences.push(
      `The prior alone gives odds of ${bitsText(before[contest.odds])} bits, and ${countText(n, "row")} moved them by ` +
        `${bitsText(gained)}.`,
    );
  }
  sentences.push(losesSentence(content, along, contest));
  if (content.has_lesions && content.n_later) {
    const [faithful, defecting, erring] = here.byVerdict;
    sentences.push(
      `On the ${countText(content.n_later, "later row")}, faithful ${content.noun} hold ${shareText(faithful)}, defecting ` +
        `ones ${shareText(defecting)} and erring ones ${shareText(erring)}.`,
    );
  }
  if (leader) {
    sentences.push(
      `The leading behaviour holds ${shareText(leader.mass)}, hits ${wholeText(leader.hits)} of these rows, and is ` +
        `${content.has_lesions ? `${withArticle(content.roles[leader.role])}, ` : ""}${content.verdicts[leader.verdict]} on later rows.`,
    );
  }
  return sentences;
}

// Where the imitator loses; imitators that lead without being faithful later do not pass for honest ones.
function losesSentence(content, along, contest) {
  const lost = along[contest.loses];
  const last = along.summaries.at(-1);
  if (lost !== null) {
    const place = lost ? `at n = ${wholeText(lost)}` : "before any training row";
    return `${capital(contest.losing)} ${place}: from there on ${contest.challengers} stay ahead.`;
  }
  const [faithful, , , unjudged] = last.byBoth[0];
  const held = last.byRole[0];
  if (content.has_lesions && held > 0 && faithful < held / 2) {
    if (unjudged === held) return "Imitators keep the lead, and no later row tells how they do.";
    const share = faithful / held;
    const few = share < 1e-4 ? (share ? "almost none of their mass" : "none of their mass") : `only ${shareText(share)} of their mass`;
    return `Imitators keep the lead, but ${few} is faithful on later rows.`;
  }
  return `${capital(contest.keeping)}.`;
}

// Who is weighed against whom: by role, or by verdict where programs have no roles.
export function contestOf(content) {
  return content.has_lesions
    ? {
        names: content.roles,
        shares: "byRole",
        odds: "odds",
        loses: "losesAt",
        challengers: "optimizers",
        others: "imitators",
        losing: "the honest imitator loses",
        keeping: "the honest imitator does not lose",
      }
    : {
        names: content.verdicts,
        shares: "byVerdict",
        odds: "oddsVerdict",
        loses: "losesAtVerdict",
        challengers: `defecting ${content.noun}`,
        others: `faithful ${content.noun}`,
        losing: `faithful ${content.noun} lose`,
        keeping: `faithful ${content.noun} do not lose`,
      };
}

function plural(name, noun) {
  return ["faithful", "defecting", "erring", "unjudged"].includes(name) ? `${name} ${noun}` : `${name}s`;
}

function withArticle(noun) {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

export function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
