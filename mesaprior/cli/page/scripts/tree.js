// The derivation of a term as a nested list: each token with its price and what it does.

import { countText } from "./phrases.js";
import { element } from "./elements.js";

// The parts of a term in prefix notation: brackets, and tokens with the table of a lookup.
function partsOf(text) {
  return text.match(/[()]|[^\s()[\]]+(?:\[[^\]]*\])?/g) ?? [];
}

function parsed(parts) {
  const part = parts.shift();
  if (part !== "(") return { token: part, children: [] };
  const node = { token: parts.shift(), children: [] };
  while (parts.length && parts[0] !== ")") node.children.push(parsed(parts));
  parts.shift();
  return node;
}

function about(token, tokens) {
  if (token.includes("[")) return tokens[`${token.slice(0, token.indexOf("["))}[]`];
  if (Object.hasOwn(tokens, token)) return tokens[token];
  return Object.values(tokens).find((one) => one.kind === "number");
}

function listOf(node, tokens) {
  const found = about(node.token, tokens);
  const told = found ? ` ${found.meaning} · ${countText(found.bits, "bit")} · ${countText(found.steps, "step")}` : "";
  return element(
    "li",
    {},
    element("code", {}, node.token),
    element("span", { class: "aside" }, told),
    ...(node.children.length ? [element("ul", {}, ...node.children.map((child) => listOf(child, tokens)))] : []),
  );
}

export function treeOf(text, tokens) {
  return element("ul", { class: "tree" }, listOf(parsed(partsOf(text)), tokens));
}
