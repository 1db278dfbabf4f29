import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.Revoker;

/**
 * Curator's InterProcessReadWriteLock as a peer process, and its revocable InterProcessMutex; JsonLinePeer has the protocol.
 *
 * <pre>CuratorReadWrite HOSTS</pre>
 *
 * <pre>
 * acquire    path, side, timeoutSeconds?  -> acquired     the side is "read", "write", or "mutex", which can be revoked
 * release    path, side                   -> released
 * downgrade  path                         -> downgraded   reads while it writes, then writes no more
 * asked      path                         -> asked        once the mutex has been asked to give way
 * ask        path                         -> done         asks the holder whose znode the path is to give way
 * </pre>
 *
 * Curator's locks belong to a thread: all but the last two run one after the other, on one thread.
 */
public final class CuratorReadWrite extends JsonLinePeer {
  private final Map<String, InterProcessReadWriteLock> locks = new ConcurrentHashMap<>();
  private final Map<String, InterProcessMutex> mutexes = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> requests = new ConcurrentHashMap<>();

  private CuratorReadWrite(String hosts) throws InterruptedException {
    super(clientOf(hosts));
    ExecutorService worker = Executors.newSingleThreadExecutor();
    ExecutorService others = Executors.newCachedThreadPool();
    on("acquire", worker, this::acquire);
    on("release", worker, this::release);
    on("downgrade", worker, this::downgrade);
    on("asked", others, this::asked);
    on("ask", others, this::ask);
  }

  public static void main(String[] args) throws IOException {
    serve(arguments -> new CuratorReadWrite(arguments[0]), args);
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
}
