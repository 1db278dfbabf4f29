import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;

/**
 * Curator's barriers as a peer process; JsonLinePeer has the protocol.
 *
 * <pre>CuratorBarrier HOSTS</pre>
 *
 * <pre>
 * create  path                  -> created
 * remove  path                  -> removed
 * wait    path, timeoutSeconds  -> waited {open}    whether the barrier was opened in time
 * enter   path, parties         -> entered          a participant of its own for each path
 * leave   path                  -> left
 * </pre>
 *
 * Each command runs on a thread of its own, so that one can be answered while another waits.
 */
public final class CuratorBarrier extends JsonLinePeer {
  private final Map<String, DistributedDoubleBarrier> doubleBarriers = new ConcurrentHashMap<>();

  private CuratorBarrier(String hosts) throws InterruptedException {
    super(clientOf(hosts));
    ExecutorService threads = Executors.newCachedThreadPool();
    on("create", threads, this::create);
    on("remove", threads, this::remove);
    on("wait", threads, this::waitOn);
    on("enter", threads, this::enter);
    on("leave", threads, this::leave);
  }

  public static void main(String[] args) throws IOException {
    serve(arguments -> new CuratorBarrier(arguments[0]), args);
  }

  private void create(JsonNode command, ObjectNode reply) throws Exception {
    new DistributedBarrier(client, pathOf(command)).setBarrier();
    reply.put("event", "created");
  }

  private void remove(JsonNode command, ObjectNode reply) throws Exception {
    new DistributedBarrier(client, pathOf(command)).removeBarrier();
    reply.put("event", "removed");
  }

  private void waitOn(JsonNode command, ObjectNode reply) throws Exception {
    long seconds = command.get("timeoutSeconds").asLong();
    boolean open = new DistributedBarrier(client, pathOf(command)).waitOnBarrier(seconds, TimeUnit.SECONDS);
    reply.put("event", "waited").put("open", open);
  }

  private void enter(JsonNode command, ObjectNode reply) throws Exception {
    int parties = command.get("parties").asInt();
    doubleBarriers
        .computeIfAbsent(pathOf(command), path -> new DistributedDoubleBarrier(client, path, parties))
        .enter();
    reply.put("event", "entered");
  }

  private void leave(JsonNode command, ObjectNode reply) throws Exception {
    doubleBarriers.get(pathOf(command)).leave();
    reply.put("event", "left");
  }
}
