import type { ServerSettings } from "./back-end.js";

/** Where one server keeps its data and listens, as its own machine or container sees it. */
export interface ServerPlace {
  readonly dataDirectory: string;
  readonly clientAddress: string;
  readonly clientPort: number;
  /** `host:quorumPort:electionPort` of every member, in the order of ids from 1; empty for a standalone server. */
  readonly members: readonly string[];
}

/**
 * The text of `zoo.cfg`. ZooKeeper turns a key it does not know into the system property `zookeeper.<key>`; that is
 * how `forceSync`, `extendedTypesEnabled` and `audit.enable` arrive.
 */
export function zooCfg(place: ServerPlace, settings: ServerSettings): string {
  const lines: Record<string, string | number> = {
    dataDir: place.dataDirectory,
    clientPortAddress: place.clientAddress,
    clientPort: place.clientPort,
    tickTime: settings.tickTimeMs,
    // In ticks. A machine with two cores may starve a JVM for a second while three of them start at once.
    initLimit: 50,
    syncLimit: 15,
    maxClientCnxns: 0,
    "4lw.commands.whitelist": "*",
    "admin.enableServer": "false",
    "audit.enable": "false",
    // TTL nodes are off by default.
    extendedTypesEnabled: "true",
    // The data is thrown away, so nothing has to reach the disk.
    forceSync: "no",
  };
  place.members.forEach((member, index) => {
    lines[`server.${index + 1}`] = member;
  });
  const entries = Object.entries({ ...lines, ...settings.config });
  return entries.map(([key, value]) => `${key}=${value}\n`).join("");
}

/**
 * Arguments of the JVM: small heaps, and a fast start rather than fast code. The interval at which empty container
 * nodes are removed (a minute by default) is read from a system property without the `zookeeper.` prefix, so zoo.cfg
 * cannot set it. A server that has missed a vote asks again after a time that doubles, up to a minute by default: with
 * servers that come and go every few seconds there could be no leader for longer than a test lasts.
 */
export function jvmFlags(settings: ServerSettings): readonly string[] {
  return [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-Djava.net.preferIPv4Stack=true",
    `-Dznode.container.checkIntervalMs=${settings.containerCheckIntervalMs}`,
    "-Dzookeeper.fastleader.maxNotificationInterval=1000",
  ];
}

const log4jProperties = `log4j.rootLogger=WARN, stderr
log4j.appender.stderr=org.apache.log4j.ConsoleAppender
log4j.appender.stderr.target=System.err
log4j.appender.stderr.layout=org.apache.log4j.PatternLayout
log4j.appender.stderr.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} - %m%n
`;

const logbackXml = `<configuration>
  <appender name="stderr" class="ch.qos.logback.core.ConsoleAppender">
    <target>System.err</target>
    <encoder><pattern>%d{ISO8601} %-5p %logger{0} - %m%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="stderr" /></root>
</configuration>
`;

/** Warnings and worse to standard error, for both logging back ends: Debian's 3.8 uses log4j, Apache's 3.8 logback. */
export const loggingFiles: Readonly<Record<string, string>> = {
  "log4j.properties": log4jProperties,
  "logback.xml": logbackXml,
};
