// Talking to our own server: JSON in, JSON out, and one sentence when it fails.

const UNREACHABLE = "The shop cannot be reached just now. Please try again.";

/** Ask the server. Resolves to {ok, status, data, retryAfter}; a network failure is {ok: false, status: 0}. */
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
    return { ok: response.ok, status: response.status, data, retryAfter: Number(response.headers.get("Retry-After")) || 0 };
  } catch {
    return { ok: false, status: 0, data: { message: UNREACHABLE }, retryAfter: 0 };
  }
}

/** Like ask, for requests that change something as the admin: with the CSRF token that only our own page can get. */
export async function change(method, path, body) {
  const session = await ask("GET", "/api/session");
  if (!session.ok) return session;
  return ask(method, path, body, { "X-CSRF-Token": session.data.csrf });
}
