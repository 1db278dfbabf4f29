import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.retry.ExponentialBackoffRetry;

/**
 * Curator's InterProcessSemaphoreV2 as a peer process, driven by JSON lines.
 *
 * <pre>CuratorSemaphore HOSTS PATH LIMIT [shared]</pre>
 *
 * With "shared" the limit is a SharedCount at PATH/limit, which starts with LIMIT where there is none. Each line of stdin is
 * a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events `ready` and `failed` at the
 * start carry no id. Commands run at the same time.
 *
 * <pre>
 * acquire   name, permits, timeoutMs          -> acquired, or `error` with code "timeout"
 * release   name                              -> released
 * mutex     timeoutMs                         -> value {value}  1 if its InterProcessSemaphoreMutex was acquired; released again
 * setLimit  limit                             -> done           by the SharedCount
 * limit                                       -> value {value}  as the SharedCount was told
 * holders                                     -> value {value}  how many nodes participate
 * contend   rounds, permits, holdMs           -> visits {visits: [[enterNs, exitNs, permits], ...]}, nanoseconds as text
 * </pre>
 *
 * A command that fails is answered by `error` {code, message}. The end of stdin closes the session and ends the process.
 */
public final class CuratorSemaphore {
  private static final int QUIT_LIMIT_MS = 3_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PrintStream EVENTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private final CuratorFramework client;
  private final String path;
  private final SharedCount sharedLimit;
  private final InterProcessSemaphoreV2 semaphore;
  private final Map<String, Collection<Lease>> held = new ConcurrentHashMap<>();

  private CuratorSemaphore(String[] args) throws Exception {
    client = CuratorFrameworkFactory.newClient(args[0], 4_000, 15_000, new ExponentialBackoffRetry(100, 10));
    client.start();
    if (!client.blockUntilConnected(15, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no connection to " + args[0] + " within 15 s");
    }
    path = args[1];
    int limit = Integer.parseInt(args[2]);
    if (args.length > 3) {
      sharedLimit = new SharedCount(client, path + "/limit", limit);
      sharedLimit.start();
      semaphore = new InterProcessSemaphoreV2(client, path, sharedLimit);
    } else {
      sharedLimit = null;
      semaphore = new InterProcessSemaphoreV2(client, path, limit);
    }
  }

  public static void main(String[] args) throws IOException {
    CuratorSemaphore peer;
    try {
      peer = new CuratorSemaphore(args);
    } catch (Throwable error) {
      emit(JSON.createObjectNode().put("event", "failed").put("message", error.toString()));
      Runtime.getRuntime().halt(1);
      return;
    }
    emit(JSON.createObjectNode().put("event", "ready"));
    ExecutorService threads = Executors.newCachedThreadPool();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode command = JSON.readTree(line);
      threads.execute(() -> emit(peer.answer(command)));
    }
    peer.quit();
  }

  private ObjectNode answer(JsonNode command) {
    ObjectNode reply = JSON.createObjectNode().put("id", command.get("id").asInt());
    try {
      switch (command.get("verb").asText()) {
        case "acquire" -> acquire(command, reply);
        case "release" -> {
          semaphore.returnAll(held.remove(command.get("name").asText()));
          reply.put("event", "released");
        }
        case "mutex" -> reply.put("event", "value").put("value", mutex(command.get("timeoutMs").asLong()) ? 1 : 0);
        case "setLimit" -> {
          sharedLimit.setCount(command.get("limit").asInt());
          reply.put("event", "done");
        }
        case "limit" -> reply.put("event", "value").put("value", sharedLimit.getCount());
        case "holders" -> reply.put("event", "value").put("value", semaphore.getParticipantNodes().size());
        case "contend" -> reply.put("event", "visits").set("visits", contend(command));
        default -> throw new IllegalArgumentException("unknown verb " + command.get("verb"));
      }
    } catch (Exception error) {
      reply.put("event", "error").put("code", error.getClass().getSimpleName()).put("message", error.toString());
    }
    return reply;
  }

  private void acquire(JsonNode command, ObjectNode reply) throws Exception {
    int permits = command.get("permits").asInt();
    Collection<Lease> leases =
        semaphore.acquire(permits, command.get("timeoutMs").asLong(), TimeUnit.MILLISECONDS);
    if (leases == null) {
      reply.put("event", "error").put("code", "timeout").put("message", "not granted in time");
      return;
    }
    held.put(command.get("name").asText(), leases);
    reply.put("event", "acquired");
  }

  private boolean mutex(long timeoutMs) throws Exception {
    InterProcessSemaphoreMutex mutex = new InterProcessSemaphoreMutex(client, path);
    boolean acquired = mutex.acquire(timeoutMs, TimeUnit.MILLISECONDS);
    if (acquired) {
      mutex.release();
    }
    return acquired;
  }

  private ArrayNode contend(JsonNode command) throws Exception {
    ArrayNode visits = JSON.createArrayNode();
    int permits = command.get("permits").asInt();
    for (int round = 0; round < command.get("rounds").asInt(); round++) {
      Collection<Lease> leases = semaphore.acquire(permits);
      long enterNs = System.nanoTime();
      Thread.sleep(ThreadLocalRandom.current().nextInt(command.get("holdMs").asInt() + 1));
      visits.addArray().add(Long.toString(enterNs)).add(Long.toString(System.nanoTime())).add(permits);
      semaphore.returnAll(leases);
    }
    return visits;
  }

  private void quit() {
    Thread closing = new Thread(client::close);
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(QUIT_LIMIT_MS);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(0);
  }

  private static synchronized void emit(ObjectNode event) {
    EVENTS.println(event);
  }
}
