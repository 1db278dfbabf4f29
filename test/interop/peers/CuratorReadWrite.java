import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.retry.ExponentialBackoffRetry;

/**
 * Curator's InterProcessReadWriteLock as a peer process, and its revocable InterProcessMutex, driven by JSON lines.
 *
 * <pre>CuratorReadWrite HOSTS</pre>
 *
 * Each line of stdin is a command {"id", "verb", "path", ...}, each line of stdout an event {"id", "event", ...}; the events
 * `ready` and `failed` at the start carry no id.
 *
 * <pre>
 * acquire    side, timeoutSeconds?  -> acquired     the side is "read", "write", or "mutex", which can be revoked
 * release    side                   -> released
 * downgrade                         -> downgraded   reads while it writes, then writes no more
 * asked                             -> asked        once the mutex has been asked to give way
 * ask                               -> done         asks the holder whose znode the path is to give way
 * </pre>
 *
 * Curator's locks belong to a thread: all but the last two run one after the other, on one thread. A command that fails is
 * answered by `error` {code, message}. The end of stdin closes the session and ends the process: the peer never outlives the
 * test that drives it.
 */
public final class CuratorReadWrite {
  private static final int QUIT_LIMIT_MS = 3_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  @FunctionalInterface
  private interface Verb {
    void run(JsonNode command, ObjectNode reply) throws Exception;
  }

  private static final class TimeoutFailure extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final CuratorFramework client;
  private final Map<String, InterProcessReadWriteLock> locks = new ConcurrentHashMap<>();
  private final Map<String, InterProcessMutex> mutexes = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> requests = new ConcurrentHashMap<>();

  private CuratorReadWrite(String hosts) throws InterruptedException {
    client = CuratorFrameworkFactory.newClient(hosts, 4_000, 15_000, new ExponentialBackoffRetry(100, 10));
    client.start();
    if (!client.blockUntilConnected(15, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection to " + hosts + " within 15 s");
    }
  }

  public static void main(String[] args) throws IOException {
    CuratorReadWrite peer;
    try {
      peer = new CuratorReadWrite(args[0]);
    } catch (Throwable error) {
      emit(JSON.createObjectNode().put("event", "failed").put("message", error.toString()));
      Runtime.getRuntime().halt(1);
      return;
    }
    peer.serve();
  }

  private void serve() throws IOException {
    ExecutorService worker = Executors.newSingleThreadExecutor();
    ExecutorService others = Executors.newCachedThreadPool();
    emit(JSON.createObjectNode().put("event", "ready"));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode command = JSON.readTree(line);
      switch (command.get("verb").asText()) {
        case "acquire" -> worker.execute(() -> answer(command, this::acquire));
        case "release" -> worker.execute(() -> answer(command, this::release));
        case "downgrade" -> worker.execute(() -> answer(command, this::downgrade));
        case "asked" -> others.execute(() -> answer(command, this::asked));
        case "ask" -> others.execute(() -> answer(command, this::ask));
        default -> throw new IllegalArgumentException("unknown verb " + command.get("verb"));
      }
    }
    quit();
  }

  private void acquire(JsonNode command, ObjectNode reply) throws Exception {
    InterProcessMutex side = side(command);
    JsonNode timeoutSeconds = command.get("timeoutSeconds");
    if (timeoutSeconds == null) {
      side.acquire();
    } else if (!side.acquire(Math.round(timeoutSeconds.asDouble() * 1000), TimeUnit.MILLISECONDS)) {
      throw new TimeoutFailure();
    }
    reply.put("event", "acquired");
  }

  private void release(JsonNode command, ObjectNode reply) throws Exception {
    side(command).release();
    reply.put("event", "released");
  }

  private void downgrade(JsonNode command, ObjectNode reply) throws Exception {
    InterProcessReadWriteLock lock = lock(pathOf(command));
    lock.readLock().acquire();
    lock.writeLock().release();
    reply.put("event", "downgraded");
  }

  private void asked(JsonNode command, ObjectNode reply) throws Exception {
    if (!requests.get(pathOf(command)).await(20, TimeUnit.SECONDS)) {
      throw new TimeoutFailure();
    }
    reply.put("event", "asked");
  }

  private void ask(JsonNode command, ObjectNode reply) throws Exception {
    Revoker.attemptRevoke(client, pathOf(command));
    reply.put("event", "done");
  }

  private InterProcessMutex side(JsonNode command) {
    String path = pathOf(command);
    return switch (command.get("side").asText()) {
      case "read" -> lock(path).readLock();
      case "write" -> lock(path).writeLock();
      default -> mutexes.computeIfAbsent(path, this::revocable);
    };
  }

  private InterProcessReadWriteLock lock(String path) {
    return locks.computeIfAbsent(path, at -> new InterProcessReadWriteLock(client, at));
  }

  private InterProcessMutex revocable(String path) {
    InterProcessMutex mutex = new InterProcessMutex(client, path);
    CountDownLatch request = new CountDownLatch(1);
    requests.put(path, request);
    mutex.makeRevocable(lock -> request.countDown());
    return mutex;
  }

  private static String pathOf(JsonNode command) {
    return command.get("path").asText();
  }

  private static void answer(JsonNode command, Verb verb) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    try {
      verb.run(command, reply);
    } catch (TimeoutFailure error) {
      reply.put("event", "error").put("code", "timeout").put("message", "nothing came of it in time");
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
