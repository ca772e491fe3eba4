import { type EngineLog, engineLog, silentLog } from "./engine-log.ts";
import type { Configured, Log } from "./provider.ts";
import { RuleError } from "./rule-error.ts";

// What belongs to one connection of an engine: each provider instance of a run has a connection of its own.

/** One provider instance of one run. */
export interface Connection {
  configured: Configured | undefined;
  /** Aborts when the engine cancels the instance or the host closes. */
  readonly signal: AbortSignal;
  log(urn: string): Log;
  /** Ends the instance's work. */
  cancel(): void;
  close(): void;
}

/** The connections of a provider, by the engine's side of them ("127.0.0.1:PORT"). */
export interface Connections {
  /**
   * The connection as it is. One that has not introduced itself is an engine's that lost its connection while it was idle: it
   * goes on with what the last one of all had configured.
   */
  of(peer: string): Connection;
  /** The engine introduces itself with the address of its log; a port that had belonged to an earlier run starts afresh. */
  attach(peer: string, engineAddress: string): void;
  closeAll(): void;
}

/** Makes an empty set of connections. */
export function connections(): Connections {
  const known = new Map<string, Connection>();
  let last: Connection | undefined;
  const of = (peer: string): Connection => known.get(peer) ?? put(peer, resume(last));
  const put = (peer: string, connection: Connection): Connection => {
    known.set(peer, connection);
    return connection;
  };
  return {
    of,
    attach(peer, engineAddress) {
      known.get(peer)?.close();
      last = put(peer, connect(engineAddress ? engineLog(engineAddress) : undefined));
    },
    closeAll() {
      for (const connection of known.values()) connection.close();
      known.clear();
    },
  };
}

function resume(last: Connection | undefined): Connection {
  return {
    ...connect(undefined),
    configured: last?.configured,
    log: last?.log ?? (() => silentLog),
  };
}

function connect(engine: EngineLog | undefined): Connection {
  const abort = new AbortController();
  return {
    configured: undefined,
    signal: abort.signal,
    log: (urn) => engine?.of(urn) ?? silentLog,
    cancel: () => abort.abort(new RuleError("cancelled")),
    close() {
      abort.abort(new RuleError("cancelled"));
      engine?.close();
    },
  };
}
