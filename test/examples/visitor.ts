import { expect } from "vitest";

/** Types a text into the page's form for new entries and sends it, as a browser would. */
export async function enter(url: string, field: string, text: string): Promise<void> {
  const page = await fetch(url);
  const form = new URLSearchParams({ ...hiddenFields(await page.text()), [field]: text });
  const cookie = page.headers.getSetCookie().map((each) => each.split(";")[0]);
  const answer = await fetch(url, {
    method: "POST",
    body: form,
    redirect: "manual",
    headers: { cookie: cookie.join("; ") },
  });
  expect(answer.status).toBe(303);
}

/** Whether the page shows a text. */
export async function shows(url: string, text: string): Promise<boolean> {
  return (await (await fetch(url)).text()).includes(text);
}

function hiddenFields(html: string): Record<string, string> {
  const fields = html.matchAll(
    /<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)"/g,
  );
  return Object.fromEntries([...fields].map(({ groups }) => [groups?.name, groups?.value]));
}
