/**
 * Logs in again without leaving the screen. Returns null, or what is wrong: `{code, seconds}` with
 * "failed", "later", "lost", or "other" where the name is not of whom the text on the screen is.
 */
export async function login(form, operator) {
  if (operator && form.get("name").trim().toLowerCase() !== operator.name) return { code: "other" };
  try {
    const answer = await fetch("/login", {
      method: "POST",
      body: new URLSearchParams(form),
      redirect: "manual",
      cache: "no-store",
    });
    if (answer.type === "opaqueredirect") return null;
    const seconds = Number(answer.headers.get("Retry-After"));
    return seconds ? { code: "later", seconds } : { code: "failed" };
  } catch {
    return { code: "lost" };
  }
}
