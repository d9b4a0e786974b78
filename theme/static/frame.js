// What the frame does beyond plain links; without it the menu is always open.
"use strict";

document.documentElement.classList.add("scripted");

// A button that shows and hides what it names.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggles]");
  if (!button) return;
  const target = document.getElementById(button.dataset.toggles);
  const open = target.classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
});
