import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;

/**
 * Curator's InterProcessMutex as a peer process; JsonLinePeer has the protocol, kazoo_lock.py the verbs.
 *
 * <pre>CuratorLock HOSTS PATH [--name NAME] [--identifier ID] [--session-timeout-ms MS]</pre>
 *
 * `contenders` answers with the full paths of getParticipantNodes(), in queue order. The mutex belongs to a thread, so acquire,
 * release and contend share the one worker thread.
 */
public final class CuratorLock extends JsonLinePeer {
  /** The mutex, which also tells the node it holds. */
  private static final class NamedMutex extends InterProcessMutex {
    NamedMutex(CuratorFramework client, String path) {
      super(client, path);
    }

    String ownNode() {
      String path = getLockPath();
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  private final String name;
  private final NamedMutex mutex;

  private CuratorLock(String hosts, String path, Map<String, String> options) throws InterruptedException {
    super(clientBuilder(hosts, sessionTimeoutMsIn(options)).defaultData(dataIn(options)).build());
    name = options.getOrDefault("--name", "curator");
    mutex = new NamedMutex(client, path);
    ExecutorService worker = Executors.newSingleThreadExecutor();
    on("acquire", worker, this::acquire);
    on("release", worker, this::release);
    on("contend", worker, this::contend);
    on("contenders", Runnable::run, this::contenders);
  }

  /** What InterProcessMutex writes into its node. */
  private static byte[] dataIn(Map<String, String> options) {
    return options.getOrDefault("--identifier", "").getBytes(StandardCharsets.UTF_8);
  }

  public static void main(String[] args) throws IOException {
    serve(arguments -> new CuratorLock(arguments[0], arguments[1], optionsIn(arguments)), args);
  }

  private void acquire(JsonNode command, ObjectNode reply) throws Exception {
    JsonNode timeoutSeconds = command.get("timeoutSeconds");
    if (timeoutSeconds == null) {
      mutex.acquire();
    } else if (!mutex.acquire(Math.round(timeoutSeconds.asDouble() * 1000), TimeUnit.MILLISECONDS)) {
      throw new TimeoutFailure();
    }
    reply.put("event", "acquired").put("node", mutex.ownNode());
  }

  private void release(JsonNode command, ObjectNode reply) throws Exception {
    mutex.release();
    reply.put("event", "released");
  }

  private void contend(JsonNode command, ObjectNode reply) throws Exception {
    int rounds = command.get("rounds").asInt();
    for (int round = 0; round < rounds; round++) {
      mutex.acquire();
      try {
        updateLedger(Path.of(command.get("ledger").asText()), command.get("holdMs").asLong());
      } finally {
        mutex.release();
      }
    }
    reply.put("event", "done").put("rounds", rounds);
  }

  private void contenders(JsonNode command, ObjectNode reply) throws Exception {
    List<String> nodes = new ArrayList<>(mutex.getParticipantNodes());
    reply.put("event", "contenders").set("contenders", JSON.valueToTree(nodes));
  }

  /** The shared file that loses an update when two peers are inside at once; see ledger.ts. */
  private void updateLedger(Path ledger, long holdMs) throws Exception {
    long enterNs = System.nanoTime();
    boolean entered = mark(ledger);
    Path counter = ledger.resolve("counter");
    int n = Integer.parseInt(Files.readString(counter)) + 1;
    Thread.sleep(ThreadLocalRandom.current().nextLong(holdMs + 1));
    Files.writeString(counter, Integer.toString(n));
    append(ledger.resolve("entries"), name + " " + n + " " + enterNs + " " + System.nanoTime());
    if (entered) {
      Files.delete(ledger.resolve("inside"));
    }
  }

  private boolean mark(Path ledger) throws IOException {
    try {
      Files.writeString(ledger.resolve("inside"), name, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return true;
    } catch (FileAlreadyExistsException error) {
      append(ledger.resolve("overlaps"), name + " entered although another peer was inside");
      return false;
    }
  }

  private static void append(Path file, String line) throws IOException {
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
