import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;

/**
 * Curator's InterProcessMutex as a peer process, driven by JSON lines.
 *
 * <pre>CuratorLock HOSTS PATH [--name NAME] [--identifier ID] [--session-timeout-ms MS]</pre>
 *
 * The protocol is that of kazoo_lock.py. `contenders` answers with the full paths of getParticipantNodes(), in queue
 * order. The mutex belongs to a thread, so acquire, release and contend share the one worker thread.
 */
public final class CuratorLock {
  private static final int QUIT_LIMIT_MS = 3_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

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

  @FunctionalInterface
  private interface Verb {
    void run(JsonNode command, ObjectNode reply) throws Exception;
  }

  private static final class TimeoutFailure extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final String name;
  private final CuratorFramework client;
  private final NamedMutex mutex;

  private CuratorLock(String hosts, String path, Map<String, String> options) throws InterruptedException {
    name = options.getOrDefault("--name", "curator");
    client = CuratorFrameworkFactory.builder()
        .connectString(hosts)
        .sessionTimeoutMs(Integer.parseInt(options.getOrDefault("--session-timeout-ms", "4000")))
        .connectionTimeoutMs(15_000)
        .retryPolicy(new ExponentialBackoffRetry(100, 10))
        // InterProcessMutex writes the client's default data into its node.
        .defaultData(options.getOrDefault("--identifier", "").getBytes(StandardCharsets.UTF_8))
        .build();
    client.start();
    if (!client.blockUntilConnected(15, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection to " + hosts + " within 15 s");
    }
    mutex = new NamedMutex(client, path);
  }

  public static void main(String[] args) throws IOException {
    CuratorLock peer;
    try {
      Map<String, String> options = new HashMap<>();
      for (int i = 2; i + 1 < args.length; i += 2) {
        options.put(args[i], args[i + 1]);
      }
      peer = new CuratorLock(args[0], args[1], options);
    } catch (Throwable error) {
      emit(JSON.createObjectNode().put("event", "failed").put("message", error.toString()));
      Runtime.getRuntime().halt(1);
      return;
    }
    peer.serve();
  }

  private void serve() throws IOException {
    ExecutorService worker = Executors.newSingleThreadExecutor();
    emit(JSON.createObjectNode().put("event", "ready"));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode command = JSON.readTree(line);
      String verb = command.get("verb").asText();
      switch (verb) {
        case "acquire" -> worker.execute(() -> answer(command, this::acquire));
        case "release" -> worker.execute(() -> answer(command, this::release));
        case "contend" -> worker.execute(() -> answer(command, this::contend));
        case "contenders" -> answer(command, this::contenders);
        case "quit" -> quit();
        default -> throw new IllegalArgumentException("unknown verb " + verb);
      }
    }
    quit();
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

  private static void answer(JsonNode command, Verb verb) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    try {
      verb.run(command, reply);
    } catch (TimeoutFailure error) {
      reply.put("event", "error").put("code", "timeout").put("message", "Curator's acquire returned false");
    } catch (Exception error) {
      reply.put("event", "error").put("code", error.getClass().getSimpleName()).put("message", error.toString());
    }
    emit(reply);
  }

  private static synchronized void emit(ObjectNode event) {
    EVENTS.println(event);
    if (EVENTS.checkError()) {
      Runtime.getRuntime().halt(1);
    }
  }

  private void quit() {
    Thread limit = new Thread(() -> {
      try {
        Thread.sleep(QUIT_LIMIT_MS);
      } catch (InterruptedException error) {
        // Nobody interrupts it.
      }
      Runtime.getRuntime().halt(0);
    });
    limit.setDaemon(true);
    limit.start();
    client.close();
    Runtime.getRuntime().halt(0);
  }
}
