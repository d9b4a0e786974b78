// What pages do beyond plain links and forms; without it everything still works.
"use strict";

// What went wrong is where the reader is taken.
function focusFaults(root) {
  const faults = root.querySelector("[data-focus]");
  if (faults) faults.focus();
}
document.addEventListener("DOMContentLoaded", () => focusFaults(document));
document.addEventListener("htmx:afterSwap", (event) => focusFaults(event.target));

// One press, one request: a second one on a slow line would send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && !event.defaultPrevented && form.method === "post") {
    event.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Rows that are ticked: the bar below says how many, the box at their head ticks those of the page.
const rowsOf = (bar) => [...bar.elements].filter((one) => one.closest(".tick") && one.name);
function tellChosen(bar) {
  const rows = rowsOf(bar);
  const ticked = rows.filter((row) => row.checked).length;
  const told = bar.querySelector("[data-chosen]");
  told.textContent = bar.elements.everything.checked ? told.dataset.everything : ticked;
  const head = document.querySelector("[data-ticks]");
  head.checked = ticked === rows.length;
  head.indeterminate = ticked > 0 && !head.checked;
}
const tellAnew = () => document.querySelectorAll("#selection").forEach(tellChosen);
let tickedLast = null;
document.addEventListener("change", ({ target }) => {
  const bar = target.form;
  if (bar?.id !== "selection") return;
  const { everything } = bar.elements;
  if (target === everything || "ticks" in target.dataset) for (const row of rowsOf(bar)) row.checked = target.checked;
  if (!target.checked) everything.checked = false;
  tickedLast = target;
  tellChosen(bar);
});
document.addEventListener("reset", (event) => {
  if (event.target.id === "selection") setTimeout(() => {
    tellAnew();
    tickedLast?.focus({ preventScroll: true });
  });
});
window.addEventListener("pageshow", tellAnew);
document.addEventListener("htmx:afterSwap", tellAnew);

// A form that answers with a file leaves its page where it is, so it may be sent again.
document.addEventListener("submit", (event) => {
  if ("download" in event.target.dataset) setTimeout(() => delete event.target.dataset.sent);
});
// A file that is dropped is a file that is chosen.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = document.getElementById(zone.dataset.drop);
  const over = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  };
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
  input.addEventListener("change", () => {
    const large = [...input.files].some((file) => file.size > Number(input.dataset.mostBytes));
    input.setCustomValidity(large ? input.dataset.tooLarge : "");
    if (large) input.reportValidity();
  });
}

// What the worker does, while it goes on; the page is asked for anew when it is done.
for (const watched of document.querySelectorAll("[data-follow]")) {
  const source = new EventSource(watched.dataset.follow);
  const bar = watched.querySelector("progress");
  const words = watched.querySelector("[data-words]");
  const note = watched.querySelector("[data-note]");
  source.addEventListener("step", (event) => {
    const step = JSON.parse(event.data);
    bar.value = step.percent;
    words.textContent = step.words;
    note.textContent = step.note;
    note.hidden = !step.note;
  });
  source.addEventListener("end", () => {
    source.close();
    location.reload();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  window.addEventListener("pagehide", () => source.close());
}

// Trees by arrow keys, between what can be seen; lists and links stay what they are.
const SEEN = (item) => !item.parentElement.closest("details:not([open])");
const FOLDER = (item) => item.querySelector(":scope > details");
const FOLDED = (text) => text.trim().normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
const focusItem = (item) => item?.querySelector(":scope > a").focus();
function letterOf(item) {
  return FOLDED(item.querySelector(":scope > a").textContent);
}
function moveInTree(event, item, items) {
  const at = items.indexOf(item);
  const folder = FOLDER(item);
  const above = item.parentElement.closest(".tree li");
  switch (event.key) {
    case "ArrowDown": return items[at + 1];
    case "ArrowUp": return items[at - 1];
    case "Home": return items[0];
    case "End": return items.at(-1);
    case "ArrowRight":
      if (folder?.open) return items[at + 1];
      if (folder) folder.open = true;
      return item;
    case "ArrowLeft":
      if (!folder?.open) return above ?? item;
      folder.open = false;
      return item;
    default: return [...items.slice(at + 1), ...items.slice(0, at)].find((one) => letterOf(one).startsWith(FOLDED(event.key)));
  }
}
document.addEventListener("keydown", (event) => {
  const item = event.target.closest(".tree li");
  if (!item || event.ctrlKey || event.altKey || event.metaKey) return;
  const moves = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key);
  if (!moves && !/^[\p{L}\p{N}]$/u.test(event.key)) return;
  const items = [...item.closest(".tree-top").querySelectorAll("li")].filter(SEEN);
  event.preventDefault();
  focusItem(moveInTree(event, item, items));
});

// What is offered for a field is reached from it by arrow keys; Enter then follows the link.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const list = event.target.closest("[data-offers]") ?? document.querySelector(`[data-offers="${event.target.id}"]`);
  if (!list) return;
  const stops = [document.getElementById(list.dataset.offers), ...list.querySelectorAll("a")];
  const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
// Leaving the field for what it offers is a change of the field: what comes of it must not take away what is being chosen.
document.addEventListener("htmx:beforeSwap", (event) => {
  const chosen = document.activeElement?.closest("[data-offers]");
  if (chosen && event.detail.target.contains(chosen)) event.detail.shouldSwap = false;
});
