import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.shared.SharedCount;

/**
 * Curator's InterProcessSemaphoreV2 as a peer process; JsonLinePeer has the protocol.
 *
 * <pre>CuratorSemaphore HOSTS PATH LIMIT [shared]</pre>
 *
 * With "shared" the limit is a SharedCount at PATH/limit, which starts with LIMIT where there is none. Commands run at the
 * same time.
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
 */
public final class CuratorSemaphore extends JsonLinePeer {
  private final String path;
  private final SharedCount sharedLimit;
  private final InterProcessSemaphoreV2 semaphore;
  private final Map<String, Collection<Lease>> held = new ConcurrentHashMap<>();

  private CuratorSemaphore(String[] args) throws Exception {
    super(clientOf(args[0]));
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
    ExecutorService threads = Executors.newCachedThreadPool();
    on("acquire", threads, this::acquire);
    on("release", threads, this::release);
    on("mutex", threads, (command, reply) -> value(reply, mutex(command.get("timeoutMs").asLong()) ? 1 : 0));
    on("setLimit", threads, this::setLimit);
    on("limit", threads, (command, reply) -> value(reply, sharedLimit.getCount()));
    on("holders", threads, (command, reply) -> value(reply, semaphore.getParticipantNodes().size()));
    on("contend", threads, (command, reply) -> reply.put("event", "visits").set("visits", contend(command)));
  }

  public static void main(String[] args) throws IOException {
    serve(CuratorSemaphore::new, args);
  }

  private void acquire(JsonNode command, ObjectNode reply) throws Exception {
    int permits = command.get("permits").asInt();
    Collection<Lease> leases =
        semaphore.acquire(permits, command.get("timeoutMs").asLong(), TimeUnit.MILLISECONDS);
    if (leases == null) {
      throw new TimeoutFailure();
    }
    held.put(command.get("name").asText(), leases);
    reply.put("event", "acquired");
  }

  private void release(JsonNode command, ObjectNode reply) {
    semaphore.returnAll(held.remove(command.get("name").asText()));
    reply.put("event", "released");
  }

  private void setLimit(JsonNode command, ObjectNode reply) throws Exception {
    sharedLimit.setCount(command.get("limit").asInt());
    reply.put("event", "done");
  }

  private static void value(ObjectNode reply, int value) {
    reply.put("event", "value").put("value", value);
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
}
