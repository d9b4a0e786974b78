// Comforts of every page. Without this file everything works, only less comfortably.

// Errors are read out and scrolled to when the page comes back.
document.querySelector("[data-focus]")?.focus();

// A button beside each password that shows what was typed.
for (const input of document.querySelectorAll("input[type=password][data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reveal";
  button.textContent = input.dataset.show;
  button.setAttribute("aria-label", input.dataset.name);
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", input.id);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? input.dataset.hide : input.dataset.show;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false)); // browsers offer to keep passwords only
  input.after(button);

  const caps = document.createElement("p");
  caps.className = "caps";
  caps.setAttribute("role", "status");
  input.parentElement.after(caps);
  input.addEventListener("keyup", (event) => {
    caps.textContent = event.getModifierState?.("CapsLock") ? input.dataset.caps : "";
  });
  input.addEventListener("blur", () => { caps.textContent = ""; });
}

// Seconds to wait, counted down: <span data-seconds="30" data-over="...">30</span>
for (const place of document.querySelectorAll("[data-seconds]")) {
  const until = Date.now() + 1000 * Number(place.dataset.seconds);
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      place.textContent = String(left);
      return;
    }
    clearInterval(timer);
    const whole = place.closest("[data-when-over]");
    whole.textContent = whole.dataset.whenOver;
  }, 500);
}
