/* Open an invitation: the code behind the # of the link is posted to this page and leaves the address at once. */
"use strict";

const code = window.location.hash.slice(1);
if (code) {
  window.history.replaceState(null, "", window.location.pathname);
  const form = document.querySelector("[data-open]");
  form.elements.token.value = code;
  form.submit();
}
