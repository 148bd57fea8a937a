// Elements, tables and their CSV. Texts are only ever set as texts, so that no name of a log can be markup.

import { exactText } from "./phrases.js";

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function fill(place, ...children) {
  (typeof place === "string" ? document.getElementById(place) : place).replaceChildren(...children);
}

// A name with its mark: told apart by shape and word, and by colour besides.
export function badge(kind, code, name) {
  return element("span", { class: `badge ${kind}-${code}` }, element("span", { class: "shape", "aria-hidden": "true" }), name);
}

// A table. Columns are { name, isNumber }; a cell is an element or { text, value }, the value in full for the CSV.
export function tableOf(caption, columns, rows, attributes = {}) {
  const head = columns.map(({ name, isNumber }) => element("th", { scope: "col", class: isNumber ? "number" : null }, name));
  const body = rows.map(({ cells, mark }) =>
    element(
      "tr",
      { class: mark ?? null },
      ...cells.map((cell, k) =>
        element(
          "td",
          { class: columns[k].isNumber ? "number" : null, "data-value": exactText(cell.value ?? cell.text) },
          cell.shown ?? cell.text,
        ),
      ),
    ),
  );
  const table = element(
    "table",
    { "aria-label": caption, ...attributes },
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
  // What is wider than the page scrolls by itself, also by keyboard.
  const scroller = element("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": caption }, table);
  return element("div", {}, element("p", { class: "caption" }, caption), scroller);
}

export function csvOf(header, rows) {
  const quoted = (value) => {
    const text = exactText(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

export function csvOfTable(table) {
  const header = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent);
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.dataset.value));
  return csvOf(header, rows);
}

export async function copied(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Where the clipboard is closed to pages, the selection still goes there.
    const area = element("textarea", { readonly: "", class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  announce("Copied.");
}

export function saved(text, type, name) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  announce(`Saved ${name}.`);
}

export function announce(sentence) {
  fill("announcement", sentence);
}
