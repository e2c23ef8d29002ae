// The sign-in page.
import { ask, change } from "./api.js";
import { say } from "./text.js";

const form = document.getElementById("sign-in");
const password = document.getElementById("password");
const button = form.querySelector("button");

async function signIn(event) {
  event.preventDefault();
  button.disabled = true;
  const answer = await change("POST", "/api/session", { password: password.value });
  button.disabled = false;
  if (answer.ok) {
    location.replace("/admin");
    return;
  }
  say(document.getElementById("password-problem"), answer.data.message);
  password.setAttribute("aria-invalid", "true");
  password.select();
}

form.addEventListener("submit", signIn);

// Somebody who is signed in already, but came by a link from another site, need not sign in again.
ask("GET", "/api/session").then(({ data }) => { if (data.signedIn) location.replace("/admin"); });
