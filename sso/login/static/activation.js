// The QR code of the letter carries the code behind "#", which no server ever sees.
const code = document.getElementById("code");
if (location.hash.length > 1 && !code.value) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  document.getElementById("password").focus();
}
