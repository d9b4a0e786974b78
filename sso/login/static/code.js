// Letters and mails carry the code behind "#", which no server ever sees.
const code = document.querySelector("[data-fragment]");
if (location.hash.length > 1 && !code.value) {
  try {
    code.value = decodeURIComponent(location.hash.slice(1)).slice(0, code.maxLength);
    document.getElementById(code.dataset.fragment).focus();
  } catch { /* no code: the person types it */ }
  history.replaceState(null, "", location.pathname + location.search);
}
