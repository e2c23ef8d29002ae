// Talking to our own server: JSON in, JSON out, and one sentence when it fails.

/** Ask the server. Resolves to {ok, status, data}; a network failure is {ok: false, status: 0}. */
export async function ask(method, path, body, headers = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, options);
    const text = await response.text();
    let data = {};
    try { data = text ? JSON.parse(text) : {}; } catch { /* not ours: the status says enough */ }
    return { ok: response.ok, status: response.status, data };
  } catch {
    return { ok: false, status: 0, data: { message: "The shop cannot be reached just now. Please try again." } };
  }
}

/** Like ask, for requests that change the session: fetches the CSRF token that must come with them. */
export async function askSession(method, body) {
  const session = await ask("GET", "/api/session");
  if (!session.ok) return session;
  return ask(method, "/api/session", body, { "X-CSRF-Token": session.data.csrf });
}
