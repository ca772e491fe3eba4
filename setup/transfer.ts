/** One line of the stream in which the engine tells how a pull or an import goes. */
export interface TransferEvent {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** The layers of a pull in a few words: "2 of 5 layers, 12 of 48 MB". */
export function transferText(layers: Iterable<TransferEvent>): string {
  let count = 0;
  let complete = 0;
  let current = 0;
  let total = 0;
  for (const layer of layers) {
    count += 1;
    if (layer.status === "Pull complete" || layer.status === "Already exists") complete += 1;
    current += layer.progressDetail?.current ?? 0;
    total += layer.progressDetail?.total ?? 0;
  }
  const bytes = total > 0 ? `, ${megabytes(current)} of ${megabytes(total)} MB` : "";
  return `${complete} of ${count} layers${bytes}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
