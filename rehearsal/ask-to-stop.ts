/** How long a terminal's own Ctrl-C, which reaches every process at once, gets to be heard: in milliseconds. */
const patience = 500;

/** The options of an operation of Pulumi that end it once, and only once, when the user gives up. */
export interface AskToStop {
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
  readonly onError: (text: string) => void;
}

/**
 * Passes an interruption on to Pulumi, unless Pulumi says that it has heard it itself: a second one would make it drop
 * everything in the middle.
 */
export function askToStop(interrupted: AbortSignal): AskToStop {
  const controller = new AbortController();
  let isHeard = false;
  const listen = (text: string): void => {
    isHeard ||= text.includes("^C received");
  };
  const passOn = (): void => {
    setTimeout(() => {
      if (!isHeard) controller.abort();
    }, patience);
  };
  if (interrupted.aborted) passOn();
  else interrupted.addEventListener("abort", passOn, { once: true });
  return { signal: controller.signal, onOutput: listen, onError: listen };
}
