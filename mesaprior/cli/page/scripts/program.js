// One program: its derivation, what it does in each situation, and what it costs in bits.

import { bitsText, wholeText, countText, capital } from "./phrases.js";
import { element, tableOf } from "./elements.js";
import { treeOf } from "./tree.js";

function labelOf(content, action) {
  return action === null ? "" : content.actions[action];
}

function situationsTable(content, program) {
  const { situations, features } = content;
  const columns = [...features, "split", "rows", "teacher", "rival", "predicts", "outcome"].map((name) => ({ name, isNumber: name === "rows" }));
  const rows = situations.labels.map((labels, s) => {
    const predicted = program.predictions[situations.cell[s]] - 1;
    const action = situations.action[s];
    const isHit = action !== null && predicted === action;
    const isRival = situations.rival[s] !== null && predicted === situations.rival[s] && !isHit;
    const verdict = action === null ? "" : isHit ? "\u2713 hit" : isRival ? "\u2717 as the rival" : "\u2717 miss";
    return {
      mark: action === null || isHit ? null : "missed",
      cells: [
        ...labels.map((text) => ({ text })),
        { text: situations.split[s] },
        { text: wholeText(situations.times[s]), value: situations.times[s] },
        { text: labelOf(content, action) },
        { text: labelOf(content, situations.rival[s]) },
        { text: predicted < 0 ? "abstains" : content.actions[predicted] },
        { text: verdict },
      ],
    };
  });
  return tableOf("What it does in each situation", columns, rows, { id: "situations" });
}

// What a program pays: the items add up to its posterior, in bits.
export function ledgerOf(content, model, along, program, prior, p) {
  const { ofLength, ofTime } = model.charges({ ...prior, alpha: 0, bound: "none" });
  const row = model.firstRow[program.kind];
  const timeOnly = model.charges({ ...prior, bound: "none" }).ofTime[model.timeOf[row]];
  const bound = model.charges({ ...prior, alpha: 0 }).ofTime[model.timeOf[row]];
  const prior0 = along.weighed.ofKind[program.kind];
  const one = ofLength[model.lengthOf[row]] + ofTime[model.timeOf[row]] + timeOnly + bound;
  const likelihood = model.likelihoodOf(program.kind, p, along.likelihoods);
  return [
    [`length: ${countText(program.length, "bit")}`, ofLength[model.lengthOf[row]]],
    [`log time: ${countText(program.time, "step")}`, timeOnly],
    ...(prior.bound === "none" ? [] : [[`bound on time, T = ${prior.T}`, bound]]),
    [`other ${content.noun} that do the same`, prior0 - one],
    ["shared out among all programs", -along.summaries[0].evidence],
    ["likelihood of the training rows", likelihood],
    ["shared out among all explanations", along.summaries[0].evidence - along.summaries[p].evidence],
    ["posterior mass of the behaviour", program.log2Mass],
  ];
}

export function programParts(content, program, ledger) {
  const parts = [
    element("p", { class: "program" }, element("code", {}, program.text)),
    element(
      "p",
      {},
      `${content.has_lesions ? `${capital(content.roles[program.role])}, ` : ""}${content.verdicts[program.verdict]} · ` +
        `${countText(program.length, "bit")} · ${countText(program.time, "step")} · ${countText(program.hits, "hit")} and ` +
        `${wholeText(program.misses)} misses in the training rows so far.`,
    ),
  ];
  if (content.tokens) parts.push(element("h3", {}, "Derivation"), treeOf(program.text, content.tokens));
  parts.push(
    tableOf(
      "Ledger: what adds up to its posterior mass, in bits (log2)",
      [{ name: "item" }, { name: "bits", isNumber: true }],
      ledger.map(([text, value], k) => ({ mark: k === ledger.length - 1 ? "sum" : null, cells: [{ text }, { text: bitsText(value), value }] })),
      { id: "ledger", class: "wraps" },
    ),
    situationsTable(content, program),
  );
  return parts;
}
