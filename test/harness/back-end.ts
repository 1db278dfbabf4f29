/** Where the servers of an ensemble come from. */
export type BackEndName = "hosts" | "docker" | "local";

/** What every server of an ensemble is started with, whichever back end starts it. */
export interface ServerSettings {
  readonly tickTimeMs: number;
  readonly containerCheckIntervalMs: number;
  readonly config: Readonly<Record<string, string>>;
}

/** The four signals that the verbs of a server are made of. */
export type ServerSignal = "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT";

/**
 * One server as its back end reaches it: mechanism only. When to signal, and what to wait for, is decided in one place
 * for all back ends, in server.ts.
 */
export interface ServerProcess {
  readonly host: string;
  readonly port: number;
  /** Creates the process; it need not answer yet. The address is the same at every start. */
  launch(): Promise<void>;
  /** Resolves when the signal has been delivered. */
  signal(signal: ServerSignal): Promise<void>;
  /** Whether a process exists now, frozen or not. */
  isAlive(): Promise<boolean>;
  /** Resolves when there is no process any more, at once if there is none. */
  exited(): Promise<void>;
  /** The last lines the server logged, for the error when it does not come up. */
  logTail(): Promise<string>;
}

/** The processes of one ensemble, not started yet, and what they leave behind. */
export interface Installation {
  readonly processes: readonly ServerProcess[];
  /** Called once, after every process has exited: removes data, networks and port leases. */
  remove(): Promise<void>;
}

/** A source of ZooKeeper servers. */
export interface BackEnd {
  readonly name: BackEndName;
  /** One line for people: which ZooKeeper this is. */
  readonly description: string;
  readonly canControlProcesses: boolean;
  install(serverCount: 1 | 3, settings: ServerSettings): Promise<Installation>;
}

/** The outcome of looking for a back end: there, or the reason why not. A broken explicit wish is thrown instead. */
export type Finding = { readonly backEnd: BackEnd } | { readonly absent: string };

/** The environment variables, as a parameter so that the choice can be tested. */
export type Environment = Readonly<Record<string, string | undefined>>;
