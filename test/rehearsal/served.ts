/** What an app answers at a URL, on a connection of its own. */
export async function served(url: string): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { accept: "application/json", connection: "close" },
    signal: AbortSignal.timeout(5_000),
  });
  return answer.json();
}
